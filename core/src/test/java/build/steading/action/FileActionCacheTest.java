// SPDX-License-Identifier: Apache-2.0
package build.steading.action;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import build.steading.digest.Digest;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.lifecycle.ManualClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileActionCacheTest extends ActionCacheContract {
    private static final Digest ACTION = Digest.of(new byte[] {1});

    private final ManualClock clock = new ManualClock();

    @TempDir
    private Path home;

    private FileActionCache cache;

    @Override
    protected ActionCache newCache() {
        cache = new FileActionCache(home.resolve("results"), 10, clock);
        return cache;
    }

    @AfterEach
    void close() {
        cache.close();
    }

    private Path file(Digest action) {
        return home.resolve("results")
                .resolve(action.hash().substring(0, 2))
                .resolve(action.hash() + "-" + action.sizeBytes());
    }

    @Test
    void resultsOutliveTheCacheObject() {
        cache.put(ACTION, result("done"));
        cache.close();

        newCache();
        assertThat(cache.find(ACTION)).contains(result("done"));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3, 4, 9})
    void flippedByteIsAMissAndTheFileIsRemoved(int position) throws IOException {
        cache.put(ACTION, result("done"));
        var bytes = Files.readAllBytes(file(ACTION));
        bytes[position] ^= 1;
        Files.write(file(ACTION), bytes);

        assertThat(cache.find(ACTION)).isEmpty();
        assertThat(file(ACTION)).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3, 4, 9})
    void truncatedFileIsAMissAndRemoved(int length) throws IOException {
        cache.put(ACTION, result("done"));
        var bytes = Files.readAllBytes(file(ACTION));
        Files.write(file(ACTION), Arrays.copyOf(bytes, length));

        assertThat(cache.find(ACTION)).isEmpty();
        assertThat(file(ACTION)).doesNotExist();
    }

    @Test
    void resultOfAnotherActionIsAMiss() throws IOException {
        var other = Digest.of(new byte[] {2});
        cache.put(ACTION, result("done"));
        Files.createDirectories(file(other).getParent());
        Files.move(file(ACTION), file(other), StandardCopyOption.REPLACE_EXISTING);

        assertThat(cache.find(other)).isEmpty();
    }

    @Test
    void leastRecentlyUsedResultsBeyondTheLimitAreDeleted() {
        for (var i = 0; i < 10; i++) {
            cache.put(Digest.of(new byte[] {(byte) i}), result("" + i));
            clock.advance(Duration.ofSeconds(1));
        }
        clock.advance(Duration.ofMinutes(5));
        assertThat(cache.find(Digest.of(new byte[] {0}))).isPresent();
        cache.put(Digest.of(new byte[] {10}), result("10"));

        cache.trim();
        assertThat(cache.find(Digest.of(new byte[] {1}))).isEmpty();
        for (var i : new int[] {0, 2, 9, 10}) {
            assertThat(cache.find(Digest.of(new byte[] {(byte) i}))).isPresent();
        }
    }

    @Test
    void asManyResultsAsTheLimitAreKept() {
        for (var i = 0; i < 10; i++) {
            cache.put(Digest.of(new byte[] {(byte) i}), result("" + i));
        }

        cache.trim();
        for (var i = 0; i < 10; i++) {
            assertThat(cache.find(Digest.of(new byte[] {(byte) i}))).isPresent();
        }
    }

    @Test
    void whatADeadProcessLeftIsClearedAway() throws IOException {
        var directory = Files.createDirectories(home.resolve("results/ab"));
        var left = Files.writeString(directory.resolve(".new-1-1-0"), "half a result");

        cache.trim();
        assertThat(left).doesNotExist();
    }

    @Test
    void unusableDirectoryIsSaid() throws IOException {
        var file = Files.createFile(home.resolve("file"));

        assertThatThrownBy(() -> new FileActionCache(file, 10, clock).close())
                .hasMessageContaining(file.toString())
                .asInstanceOf(type(SteadingException.class))
                .extracting(SteadingException::failure)
                .isInstanceOf(Failure.Unavailable.class);
    }
}

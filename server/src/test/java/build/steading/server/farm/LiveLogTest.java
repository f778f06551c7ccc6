// SPDX-License-Identifier: Apache-2.0
package build.steading.server.farm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LiveLogTest {
    private static final byte[] LARGE = FarmFixture.printed("x".repeat(300_000));

    private final FarmFixture.Recorder recorder = new FarmFixture.Recorder();

    @TempDir
    private Path directory;

    private LiveLog log(String name) {
        return new LiveLog(directory.resolve(name));
    }

    private static void assertInvalid(LiveLog log, byte[] records) {
        assertThatThrownBy(() -> log.append(0, records))
                .isInstanceOfSatisfying(
                        SteadingException.class, e -> assertThat(e.failure()).isInstanceOf(Failure.Invalid.class));
    }

    @Test
    void whatIsNoLogIsNotTaken() {
        try (var log = log("a")) {
            log.follow(recorder);
            var whole = FarmFixture.printed("abc");
            assertInvalid(log, new byte[] {77, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13});
            assertInvalid(log, Arrays.copyOf(whole, whole.length - 1));

            assertThat(log.append(0, whole)).isEqualTo(whole.length);
            assertThat(recorder.events).containsExactly("abc");
        }
    }

    @Test
    void onlyWhatIsNewOfARepetitionIsTaken() {
        try (var log = log("a")) {
            log.follow(recorder);
            var one = FarmFixture.printed("1");
            log.append(0, one);
            var both = Arrays.copyOf(one, one.length * 2);
            System.arraycopy(FarmFixture.printed("2"), 0, both, one.length, one.length);

            assertThat(log.append(0, both)).isEqualTo(both.length);
            assertThat(recorder.events).containsExactly("1", "2");
        }
    }

    @Test
    void allThatIsKeptCanBeReadAtAnyPace() throws Exception {
        var log = log("a");
        var all = new ByteArrayOutputStream();
        for (var piece : List.of(FarmFixture.printed("small"), LARGE, FarmFixture.printed("late"))) {
            log.append(all.size(), piece);
            all.writeBytes(piece);
        }
        var read = new ByteArrayOutputStream();
        while (read.size() < all.size()) {
            read.writeBytes(log.read(read.size(), Duration.ofSeconds(10)).orElseThrow());
        }

        assertThat(read.toByteArray()).isEqualTo(all.toByteArray());
        assertThat(log.read(all.size(), Duration.ZERO)).hasValue(new byte[0]);
        log.close();
        assertThat(log.read(0, Duration.ofDays(1))).isEmpty();
    }

    @Test
    void nothingIsToldOrLeftOnceItIsClosed() {
        var log = log("a");
        log.append(0, LARGE);
        log.follow(recorder);
        log.close();

        assertThat(log.append(LARGE.length, FarmFixture.printed("late"))).isEqualTo(LARGE.length);
        assertThat(log.follow(recorder)).isFalse();
        assertThat(recorder.events).hasSize(1);
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void diskThatFailsKeepsNobodyFromFollowing() {
        try (var log = log("no/such/directory")) {
            log.follow(recorder);

            assertThat(log.append(0, LARGE)).isEqualTo(LARGE.length);
            assertThat(log.append(LARGE.length, FarmFixture.printed("more"))).isGreaterThan(LARGE.length);

            assertThat(recorder.events).hasSize(2).endsWith("more");
            var late = new FarmFixture.Recorder();
            assertThat(log.follow(late)).isTrue();
            assertThat(late.events).isEmpty();
        }
    }

    @Test
    void slowDiskKeepsNobodyWaitingButTheOneWhoAppends() throws Exception {
        var pipe = directory.resolve("pipe");
        makePipe(pipe);
        var log = new LiveLog(pipe);
        // Nobody reads from the pipe, so it cannot even be opened.
        var append = CompletableFuture.supplyAsync(() -> log.append(0, LARGE));
        while (log.follow(recorder) && recorder.events.isEmpty()) {
            log.forget(recorder);
            Thread.sleep(1);
        }

        assertThat(recorder.events).hasSize(1);
        log.close();
        assertThat(append).isNotDone();
        assertThat(Files.readAllBytes(pipe)).isEqualTo(LARGE);
        assertThat(append.get(10, TimeUnit.SECONDS)).isEqualTo(LARGE.length);
        assertThat(directory).isEmptyDirectory();
    }

    private static void makePipe(Path pipe) throws InterruptedException {
        try {
            var made = new ProcessBuilder(List.of("mkfifo", pipe.toString())).start();
            Assumptions.assumeTrue(made.waitFor() == 0, "`mkfifo` does not work here");
        } catch (IOException e) {
            Assumptions.abort("There is no `mkfifo`: " + e.getMessage());
        }
    }
}

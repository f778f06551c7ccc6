// SPDX-License-Identifier: Apache-2.0
package build.steading.blob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import build.steading.digest.Digest;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BroughtBlobsTest extends BlobStoreContract {
    @TempDir
    private Path home;

    private FileBlobStore local;

    @Override
    protected BlobStore newStore() {
        return brought(1 << 20);
    }

    private BroughtBlobs brought(long mostBytes) {
        close();
        var config = new FileBlobStore.Config(home, 1L << 40, Duration.ofHours(1), Durability.NONE);
        local = new FileBlobStore(config, _ -> false, InstantSource.system());
        return new BroughtBlobs(local, mostBytes);
    }

    @AfterEach
    void close() {
        if (local != null) {
            local.close();
        }
    }

    @Test
    void whatIsBroughtIsReadFromMemory() {
        var blobs = brought(1 << 20);
        var digest = Blobs.put(blobs.incoming(), new byte[] {1, 2});

        assertThat(Blobs.read(blobs, digest)).containsExactly(1, 2);
        assertThat(blobs.findMissing(Set.of(digest))).isEmpty();
        assertThat(blobs.fetch(Set.of(digest))).isEmpty();
        assertThat(local.findMissing(Set.of(digest))).containsExactly(digest);
    }

    @Test
    void whatIsNeededAsAFileIsStored() {
        var blobs = brought(1 << 20);
        var digest = Blobs.put(blobs.incoming(), new byte[] {1, 2});

        assertThat(blobs.file(digest, false)).hasBinaryContent(new byte[] {1, 2});
        assertThat(blobs.file(digest, true)).isExecutable();
        assertThat(local.findMissing(Set.of(digest))).isEmpty();
    }

    @Test
    void whatIsForgottenOrWasNeverThereIsMissing() {
        var blobs = brought(1 << 10);
        var first = Blobs.put(blobs.incoming(), new byte[800]);
        var _ = Blobs.put(blobs.incoming(), new byte[801]);

        assertThat(blobs.findMissing(Set.of(first))).containsExactly(first);
        for (var digest : Set.of(first, Digest.of(new byte[] {9}))) {
            assertThatThrownBy(() -> blobs.file(digest, false))
                    .isInstanceOfSatisfying(
                            SteadingException.class,
                            e -> assertThat(e.failure()).isInstanceOf(Failure.MissingBlobs.class));
        }
    }

    @Test
    void whatIsBroughtWrongIsRefused() {
        var blobs = brought(1 << 20);
        var digest = Digest.of(new byte[] {1});

        assertThatThrownBy(() -> blobs.incoming().put(digest, new ByteArrayInputStream(new byte[] {2})))
                .isInstanceOf(SteadingException.class);
        assertThat(blobs.findMissing(Set.of(digest))).containsExactly(digest);
    }
}

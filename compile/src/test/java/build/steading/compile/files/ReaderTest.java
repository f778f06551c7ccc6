// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import build.steading.blob.BlobStore;
import build.steading.blob.MemoryBlobStore;
import build.steading.blob.SizeLimitingBlobStore;
import build.steading.digest.Digest;
import build.steading.failure.SteadingException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What happens to files that change while they are read. They are long, so they are read once to know their
/// digest, and once more to be stored.
class ReaderTest {
    @TempDir
    Path directory;

    private final MemoryBlobStore blobs = new MemoryBlobStore();
    private Path file;

    @BeforeEach
    void write() throws IOException {
        file = directory.resolve("long.h");
        Files.write(file, new byte[Reader.MAX_WHOLE_BYTES + 1]);
    }

    @Test
    void aFileThatChangedOnceIsReadAgain() {
        assertThat(FileTable.looking(new Meddling(1)).read(file.toString()))
                .isInstanceOfSatisfying(
                        Reading.File.class,
                        read -> assertThat(read.content().digest())
                                .isEqualTo(Digest.of(new byte[Reader.MAX_WHOLE_BYTES + 2])));
    }

    @Test
    void aFileThatNeverRestsIsNotRead() {
        assertThat(FileTable.looking(new Meddling(3)).read(file.toString()))
                .isEqualTo(new Reading.Unreadable("`%s` changes while it is read".formatted(file)));
    }

    @Test
    void whatTheStoreRefusesIsNotTakenForAChange() {
        var table = FileTable.looking(new SizeLimitingBlobStore(blobs, 10));

        assertThatThrownBy(() -> table.read(file.toString())).isInstanceOf(SteadingException.class);
    }

    @Test
    void oneMountIsToldFromAnother() {
        var table = FileTable.looking(blobs);
        var here = (Look.Present) table.look(file.toString());
        var beside = (Look.Present) table.look(directory.toString());
        var elsewhere = (Look.Present) table.look("/proc");
        assumeTrue(here.signature().mount() != 0, "This kernel does not tell mounts from one another");

        assertThat(here.signature().mount()).isEqualTo(beside.signature().mount());
        assertThat(here.signature().mount()).isNotEqualTo(elsewhere.signature().mount());
    }

    /// Lengthens the file whenever it is to be stored, a number of times.
    private final class Meddling implements BlobStore {
        private int left;

        Meddling(int times) {
            left = times;
        }

        @Override
        public Set<Digest> findMissing(Set<Digest> digests) {
            return blobs.findMissing(digests);
        }

        @Override
        public InputStream open(Digest digest) {
            return blobs.open(digest);
        }

        @Override
        public void put(Digest digest, InputStream content) {
            try {
                if (left-- > 0) {
                    Files.write(file, new byte[1], StandardOpenOption.APPEND);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            blobs.put(digest, content);
        }
    }
}

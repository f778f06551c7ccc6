// SPDX-License-Identifier: Apache-2.0
package build.steading.blob;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import build.steading.digest.Digest;
import build.steading.digest.Digests;
import build.steading.digest.HashFunction;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.lifecycle.ManualClock;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileBlobStoreTest extends BlobStoreContract {
    private static final byte[] HELLO = "hello".getBytes(UTF_8);
    private static final Digest HELLO_DIGEST = Digest.of(HELLO);

    @TempDir
    private Path home;

    private FileBlobStore store;

    @AfterEach
    void close() {
        store.close();
    }

    private FileBlobStore open(Durability durability) {
        var config = new FileBlobStore.Config(home.resolve("store"), 1L << 30, Duration.ofHours(1), durability);
        return new FileBlobStore(config, _ -> false, new ManualClock());
    }

    @Override
    protected BlobStore newStore() {
        store = open(Durability.NONE);
        return store;
    }

    private Path blobFile() {
        return home.resolve("store/blobs/2c")
                .resolve("2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824-5");
    }

    @Test
    void blobsOutliveTheStoreObject() {
        Blobs.put(store, HELLO);
        store.close();

        store = open(Durability.NONE);
        assertThat(Blobs.read(store, HELLO_DIGEST)).isEqualTo(HELLO);
        assertThat(store.usedBytes()).isEqualTo(4096);
    }

    @Test
    void blobsCanBeMadeToOutliveTheMachine() {
        store.close();
        store = open(Durability.EACH);
        Blobs.put(store, HELLO);

        assertThat(Blobs.read(store, HELLO_DIGEST)).isEqualTo(HELLO);
    }

    @Test
    void largeBlobsAreNeverInMemory() throws IOException {
        var size = 64L << 20;
        var digest = Digests.of(new Pattern(size));
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        var before = threads.getCurrentThreadAllocatedBytes();

        store.put(digest, new Pattern(size));
        store.file(digest, true);
        try (var content = store.open(digest)) {
            content.transferTo(OutputStream.nullOutputStream());
        }

        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(8L << 20);
    }

    @Test
    void readerKeepsReadingWhileTheBlobIsDeleted() throws IOException {
        Blobs.put(store, HELLO);
        try (var content = store.open(HELLO_DIGEST)) {
            Files.delete(blobFile());
            assertThat(content.readAllBytes()).isEqualTo(HELLO);
        }
    }

    @Test
    void nothingUnfinishedIsLeftAfterARefusal() throws IOException {
        assertThatThrownBy(() -> store.put(HELLO_DIGEST, new Pattern(5))).isInstanceOf(SteadingException.class);

        try (var files = Files.list(blobFile().getParent())) {
            assertThat(files).isEmpty();
        }
    }

    @Nested
    class Bytes {
        @Test
        void flippedByteEndsReadingAndTheBlobIsMissing() throws IOException {
            Blobs.put(store, HELLO);
            overwrite(blobFile(), "hallo");

            assertBadAndMissing();
        }

        @Test
        void truncatedFileEndsReadingAndTheBlobIsMissing() throws IOException {
            Blobs.put(store, HELLO);
            overwrite(blobFile(), "hell");

            assertBadAndMissing();
        }

        @Test
        void longerFileEndsReadingAndTheBlobIsMissing() throws IOException {
            Blobs.put(store, HELLO);
            overwrite(blobFile(), "hello!");

            assertBadAndMissing();
        }

        @Test
        void lastBytesAreWithheldUnlessAllAreRight() throws IOException {
            Blobs.put(store, HELLO);
            overwrite(blobFile(), "hallo");

            try (var content = store.open(HELLO_DIGEST)) {
                assertThatThrownBy(() -> content.readNBytes(5)).isInstanceOf(IOException.class);
            }
        }

        @Test
        void badBlobCanBeStoredAnew() throws IOException {
            Blobs.put(store, HELLO);
            overwrite(blobFile(), "hallo");
            assertBadAndMissing();

            Blobs.put(store, HELLO);
            assertThat(Blobs.read(store, HELLO_DIGEST)).isEqualTo(HELLO);
        }

        @Test
        void deletedFileIsMissingOnceItWasAskedFor() throws IOException {
            Blobs.put(store, HELLO);
            Files.delete(blobFile());

            assertMissing(() -> store.open(HELLO_DIGEST).close());
            assertThat(store.findMissing(Set.of(HELLO_DIGEST))).containsExactly(HELLO_DIGEST);
        }

        @Test
        void deletedFileCanBeStoredAnewAtOnce() throws IOException {
            Blobs.put(store, HELLO);
            Files.delete(blobFile());

            Blobs.put(store, HELLO);
            assertThat(Blobs.read(store, HELLO_DIGEST)).isEqualTo(HELLO);
        }

        @Test
        void quarantineKeepsSixteenFiles() throws IOException {
            for (var i = 0; i < 17; i++) {
                Blobs.put(store, HELLO);
                overwrite(blobFile(), "hallo");
                assertBadAndMissing();
            }

            try (var files = Files.list(home.resolve("store/quarantine"))) {
                assertThat(files).hasSize(16);
            }
        }

        private void assertBadAndMissing() throws IOException {
            try (var content = store.open(HELLO_DIGEST)) {
                assertThatThrownBy(content::readAllBytes)
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("are bad");
            }
            assertThat(store.findMissing(Set.of(HELLO_DIGEST))).containsExactly(HELLO_DIGEST);
            assertThat(store.usedBytes()).isZero();
            assertThat(home.resolve("store/quarantine")).isNotEmptyDirectory();
        }
    }

    @Nested
    class LocalFiles {
        @Test
        void fileIsWritableForItsOwnerOnly() throws IOException {
            Blobs.put(store, HELLO);

            var file = store.file(HELLO_DIGEST, false);
            assertThat(file).hasBinaryContent(HELLO);
            assertThat(mode(file)).isEqualTo("rw-r--r--");
        }

        @Test
        void executableFileIsAnotherFile() throws IOException {
            Blobs.put(store, HELLO);

            var file = store.file(HELLO_DIGEST, true);
            assertThat(file).hasBinaryContent(HELLO);
            assertThat(mode(file)).isEqualTo("rwxr-xr-x");
            assertThat(inode(file)).isNotEqualTo(inode(store.file(HELLO_DIGEST, false)));
            assertThat(store.usedBytes()).isEqualTo(8192);
        }

        @Test
        void allFilesAreModifiedAtOneMoment() throws IOException {
            Blobs.put(store, HELLO);

            var plain = store.file(HELLO_DIGEST, false);
            assertThat(Files.getLastModifiedTime(plain))
                    .isEqualTo(Files.getLastModifiedTime(store.file(HELLO_DIGEST, true)))
                    .isEqualTo(Files.getLastModifiedTime(store.file(Digest.EMPTY, false)));
        }

        @Test
        void emptyBlobHasFiles() {
            assertThat(store.file(Digest.EMPTY, false)).isEmptyFile();
            assertThat(store.file(Digest.EMPTY, true)).isEmptyFile();
        }

        @Test
        void absentBlobHasNoFile() {
            assertMissing(() -> store.file(HELLO_DIGEST, false));
            assertMissing(() -> store.file(HELLO_DIGEST, true));
        }

        @Test
        void badFileIsMissing() throws IOException {
            Blobs.put(store, HELLO);
            overwrite(blobFile(), "hallo");

            assertMissing(() -> store.file(HELLO_DIGEST, false));
            assertThat(store.findMissing(Set.of(HELLO_DIGEST))).containsExactly(HELLO_DIGEST);
        }

        @Test
        void fileThatChangedSinceItWasVerifiedIsMissing() throws IOException {
            Blobs.put(store, HELLO);
            store.file(HELLO_DIGEST, false);
            overwrite(blobFile(), "hallo");

            assertMissing(() -> store.file(HELLO_DIGEST, false));
        }

        @Test
        void badExecutableFileIsMadeAnew() throws IOException {
            Blobs.put(store, HELLO);
            overwrite(store.file(HELLO_DIGEST, true), "hallo");

            assertThat(store.file(HELLO_DIGEST, true)).hasBinaryContent(HELLO);
        }

        @Test
        void executableFileOfABadBlobIsMissing() throws IOException {
            Blobs.put(store, HELLO);
            overwrite(blobFile(), "hallo");

            assertMissing(() -> store.file(HELLO_DIGEST, true));
        }

        @Test
        void verifiedFileIsNotReadAgainAfterItWasLinked() throws IOException {
            Blobs.put(store, HELLO);
            var file = store.file(HELLO_DIGEST, false);
            var modified = Files.getLastModifiedTime(file);
            Files.createLink(home.resolve("link"), file);
            overwrite(file, "hallo");
            Files.setLastModifiedTime(file, modified);

            // Only a look at the bytes could tell.
            assertThat(store.file(HELLO_DIGEST, false)).isEqualTo(file);
        }
    }

    @Nested
    class Adoption {
        @Test
        void fileIsMovedIn() throws IOException {
            var file = Files.write(home.resolve("out"), HELLO);
            var inode = inode(file);

            assertThat(store.adopt(file, HashFunction.SHA256)).isEqualTo(HELLO_DIGEST);
            assertThat(file).doesNotExist();
            assertThat(inode(store.file(HELLO_DIGEST, false))).isEqualTo(inode);
            assertThat(Blobs.read(store, HELLO_DIGEST)).isEqualTo(HELLO);
        }

        @Test
        void nobodyMayWriteOrGainRightsAfterwards() throws IOException {
            var file = Files.write(home.resolve("out"), HELLO);
            Files.setAttribute(file, "unix:mode", 0106777);

            store.adopt(file, HashFunction.SHA256);
            assertThat((Integer) Files.getAttribute(store.file(HELLO_DIGEST, false), "unix:mode"))
                    .isEqualTo(0100644);
        }

        @Test
        void presentBlobStaysAsItIs() throws IOException {
            Blobs.put(store, HELLO);
            var inode = inode(store.file(HELLO_DIGEST, false));
            var file = Files.write(home.resolve("out"), HELLO);

            store.adopt(file, HashFunction.SHA256);
            assertThat(file).doesNotExist();
            assertThat(inode(store.file(HELLO_DIGEST, false))).isEqualTo(inode);
        }

        @Test
        void fileWithAnotherHardLinkIsCopied() throws IOException {
            var file = Files.write(home.resolve("out"), HELLO);
            var link = Files.createLink(home.resolve("link"), file);

            store.adopt(file, HashFunction.SHA256);
            assertThat(file).doesNotExist();
            overwrite(link, "hallo");
            assertThat(Blobs.read(store, HELLO_DIGEST)).isEqualTo(HELLO);
        }

        @Test
        void symbolicLinkIsRefused() throws IOException {
            var link = Files.createSymbolicLink(home.resolve("out"), Files.write(home.resolve("secret"), HELLO));

            assertThatThrownBy(() -> store.adopt(link, HashFunction.SHA256))
                    .hasMessage("`%s` is not a regular file", link)
                    .isInstanceOf(SteadingException.class);
            assertThat(link).exists();
        }

        @Test
        void emptyFileIsTheEmptyBlob() throws IOException {
            var file = Files.createFile(home.resolve("out"));

            assertThat(store.adopt(file, HashFunction.SHA256)).isEqualTo(Digest.EMPTY);
            assertThat(file).doesNotExist();
        }
    }

    private static void assertMissing(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatThrownBy(call)
                .asInstanceOf(type(SteadingException.class))
                .extracting(SteadingException::failure)
                .isInstanceOf(Failure.MissingBlobs.class);
    }

    private static Object inode(Path file) throws IOException {
        return Files.getAttribute(file, "unix:ino");
    }

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    private static void overwrite(Path file, String content) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        Files.writeString(file, content);
    }
}

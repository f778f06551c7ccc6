// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.files;

import static org.assertj.core.api.Assertions.assertThat;

import build.steading.blob.MemoryBlobStore;
import build.steading.digest.Digest;
import build.steading.lifecycle.ManualClock;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Collections;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotTest {
    @TempDir
    Path directory;

    private final ManualClock clock = new ManualClock();
    private final CountingBlobStore blobs = new CountingBlobStore(new MemoryBlobStore());
    private final FileTable table = FileTable.looking(blobs);
    /// Believes that all files are old, and so their signatures.
    private final FileTable later = new FileTable(blobs, Lookout.none(), clock);

    @BeforeEach
    void letTimePass() {
        clock.advance(Duration.ofHours(1));
    }

    @Nested
    class OfFiles {
        @Test
        void holdsUntilAFileHoldsSomethingElse() throws IOException {
            write("a.h", "int a;");
            write("b.h", "int b;");
            var snapshot = later.snapshot()
                    .file(name("a.h"), content("a.h"))
                    .file(name("b.h"), content("b.h"))
                    .build();

            assertThat(snapshot.holds()).isTrue();
            FileTableTest.awaitTick(file("b.h"));
            write("b.h", "int c;");
            assertThat(snapshot.holds()).isFalse();
            FileTableTest.awaitTick(file("b.h"));
            write("b.h", "int b;");
            assertThat(snapshot.holds()).isTrue();
        }

        @Test
        void aFileThatWasTouchedIsReadOnceMore() throws IOException {
            write("a.h", "int a;");
            var snapshot = later.snapshot().file(name("a.h"), content("a.h")).build();
            FileTableTest.awaitTick(file("a.h"));
            Files.setLastModifiedTime(file("a.h"), FileTime.fromMillis(0));

            assertThat(snapshot.holds()).isTrue();
            assertThat(snapshot.holds()).isTrue();
            assertThat(blobs.puts()).isEqualTo(2);
        }

        @Test
        void editsWithinOneTickAreAllSeen() throws IOException {
            write("a.h", "0000");
            var content = ((Reading.File) table.read(name("a.h"))).content();
            var snapshot = table.snapshot().file(name("a.h"), content).build();
            for (var i = 1000; i < 2000; i++) {
                write("a.h", "" + i);
                assertThat(snapshot.holds()).isFalse();
                write("a.h", "0000");
                assertThat(snapshot.holds()).isTrue();
            }
        }

        @Test
        void whatIsKnownFromElsewhereIsReadOnce() throws IOException {
            write("a.h", "int a;");
            var digest = Digest.of("int a;".getBytes(StandardCharsets.UTF_8));
            var snapshot = later.snapshot().file(name("a.h"), digest, false).build();

            assertThat(snapshot.holds()).isTrue();
            assertThat(snapshot.holds()).isTrue();
            assertThat(blobs.puts()).isEqualTo(1);
            assertThat(later.snapshot().file(name("a.h"), digest, true).build().holds())
                    .isFalse();
        }

        @Test
        void aFileThatIsGoneOrMayBeExecutedIsAnother() throws IOException {
            write("a.h", "int a;");
            var snapshot = later.snapshot().file(name("a.h"), content("a.h")).build();
            Files.setPosixFilePermissions(file("a.h"), PosixFilePermissions.fromString("rwxr-xr-x"));
            assertThat(snapshot.holds()).isFalse();
            Files.delete(file("a.h"));
            assertThat(snapshot.holds()).isFalse();
            Files.createDirectory(file("a.h"));
            assertThat(snapshot.holds()).isFalse();
        }
    }

    @Nested
    class OfDirectories {
        @Test
        void holdsWhileTheyAreThere() throws IOException {
            Files.createDirectory(file("a"));
            var snapshot = table.snapshot().directory(name("a")).build();

            assertThat(snapshot.holds()).isTrue();
            Files.delete(file("a"));
            assertThat(snapshot.holds()).isFalse();
            write("a", "");
            assertThat(snapshot.holds()).isFalse();
        }

        @Test
        void holdsWhileLinksSayTheSame() throws IOException {
            Files.createDirectory(file("a"));
            Files.createSymbolicLink(file("link"), Path.of("a"));
            var snapshot =
                    table.snapshot().link(new Route.Link(name("link"), "a")).build();

            assertThat(snapshot.holds()).isTrue();
            Files.delete(file("link"));
            assertThat(snapshot.holds()).isFalse();
            Files.createSymbolicLink(file("link"), Path.of("./a"));
            assertThat(snapshot.holds()).isFalse();
        }
    }

    /// The clock of `later` trusts each signature at once: what these find, the signatures show.
    @Nested
    class OfWhatIsAbsent {
        @Test
        void aFileAppears() throws IOException {
            Files.createDirectories(file("a/b"));
            var snapshot = absent("a/b/c.h", "a/d.h");

            assertThat(snapshot.holds()).isTrue();
            FileTableTest.awaitTick(file("a/b"));
            write("a/other.h", "");
            write("a/b/other.h", "");
            assertThat(snapshot.holds()).isTrue();
            FileTableTest.awaitTick(file("a/b"));
            write("a/b/c.h", "");
            assertThat(snapshot.holds()).isFalse();
            Files.delete(file("a/b/c.h"));
            assertThat(snapshot.holds()).isTrue();
        }

        @Test
        void aDirectoryAppears() throws IOException {
            var snapshot = absent("a/b/c.h", "a/b/../d.h", "a//e.h", "f/");

            assertThat(snapshot.holds()).isTrue();
            Files.createDirectory(file("a"));
            assertThat(snapshot.holds()).isTrue();
            FileTableTest.awaitTick(file("a"));
            Files.createDirectory(file("a/b"));
            assertThat(snapshot.holds()).isTrue();
            FileTableTest.awaitTick(file("a"));
            write("a/d.h", "");
            assertThat(snapshot.holds()).isFalse();
            Files.delete(file("a/d.h"));
            write("a/e.h", "");
            assertThat(snapshot.holds()).isFalse();
            Files.delete(file("a/e.h"));
            write("f", "");
            assertThat(snapshot.holds()).isTrue();
            Files.delete(file("f"));
            Files.createDirectory(file("f"));
            assertThat(snapshot.holds()).isFalse();
        }

        @Test
        void aDirectoryGoesAndComesBackWithMore() throws IOException {
            Files.createDirectories(file("a/b"));
            var snapshot = absent("a/b/c.h");

            assertThat(snapshot.holds()).isTrue();
            Files.delete(file("a/b"));
            assertThat(snapshot.holds()).isTrue();
            FileTableTest.awaitTick(file("a"));
            Files.createDirectory(file("a/b"));
            write("a/b/c.h", "");
            assertThat(snapshot.holds()).isFalse();
        }

        @Test
        void aLinkedDirectoryIsRetargeted() throws IOException {
            Files.createDirectory(file("empty"));
            Files.createDirectory(file("full"));
            write("full/c.h", "");
            Files.createSymbolicLink(file("link"), Path.of("empty"));
            var snapshot = absent("link/c.h");

            assertThat(snapshot.holds()).isTrue();
            Files.delete(file("link"));
            Files.createSymbolicLink(file("link"), Path.of("full"));
            assertThat(snapshot.holds()).isFalse();
        }

        @Test
        void aDirectoryTakesTheNameOfAnother() throws IOException {
            Files.createDirectory(file("a"));
            Files.createDirectory(file("full"));
            write("full/c.h", "");
            var snapshot = absent("a/c.h");

            assertThat(snapshot.holds()).isTrue();
            Files.move(file("a"), file("old"));
            Files.move(file("full"), file("a"), StandardCopyOption.ATOMIC_MOVE);
            assertThat(snapshot.holds()).isFalse();
        }

        @Test
        void whereALinkLeadsToNothingSomethingAppears() throws IOException {
            Files.createDirectories(file("a"));
            Files.createDirectories(file("elsewhere"));
            Files.createSymbolicLink(file("a/c.h"), file("elsewhere/c.h"));
            Files.createSymbolicLink(file("a/d"), file("elsewhere/d"));
            var snapshot = absent("a/c.h", "a/d/e.h");

            assertThat(snapshot.holds()).isTrue();
            assertThat(snapshot.holds()).isTrue();
            write("elsewhere/c.h", "");
            assertThat(snapshot.holds()).isFalse();
            Files.delete(file("elsewhere/c.h"));
            assertThat(snapshot.holds()).isTrue();
            Files.createDirectory(file("elsewhere/d"));
            write("elsewhere/d/e.h", "");
            assertThat(snapshot.holds()).isFalse();
        }

        @Test
        void aFileGivesWayToADirectory() throws IOException {
            write("a", "");
            var snapshot = absent("a/c.h");

            assertThat(snapshot.holds()).isTrue();
            Files.delete(file("a"));
            Files.createDirectory(file("a"));
            write("a/c.h", "");
            assertThat(snapshot.holds()).isFalse();
        }

        @Test
        void whatIsThereFromTheBeginningIsFound() throws IOException {
            write("a.h", "");

            assertThat(absent("a.h").holds()).isFalse();
            assertThat(absent("b.h", "").holds()).isFalse();
        }

        @Test
        void whatNobodyCanSeeIsNotTakenForAbsent() throws IOException {
            Files.createSymbolicLink(file("loop"), Path.of("loop"));

            assertThat(absent("loop").holds()).isFalse();
            assertThat(absent("loop/a.h").holds()).isFalse();
            assertThat(absent("bytes\uFFFD").holds()).isFalse();
        }

        @Test
        void filesThatAppearWithinOneTickAreAllSeen() throws IOException {
            Files.createDirectory(file("a"));
            var snapshot = table.snapshot()
                    .absent(name("a/b.h"))
                    .absent(name("a/c/d.h"))
                    .build();
            for (var i = 0; i < 1000; i++) {
                assertThat(snapshot.holds()).isTrue();
                write("a/b.h", "");
                assertThat(snapshot.holds()).isFalse();
                Files.delete(file("a/b.h"));
                assertThat(snapshot.holds()).isTrue();
                Files.createDirectory(file("a/c"));
                write("a/c/d.h", "");
                assertThat(snapshot.holds()).isFalse();
                Files.delete(file("a/c/d.h"));
                Files.delete(file("a/c"));
            }
        }

        private Snapshot absent(String... names) {
            var builder = later.snapshot();
            for (var name : names) {
                builder.absent(name(name));
            }
            return builder.build();
        }
    }

    @Test
    void manyMayAskAtOnce() throws Exception {
        write("a.h", "int a;");
        var content = ((Reading.File) table.read(name("a.h"))).content();
        var builder = table.snapshot().file(name("a.h"), content).directory(directory.toString());
        for (var i = 0; i < 100; i++) {
            builder.absent(name("gone/" + i + ".h")).absent(name(i + ".h"));
        }
        var snapshot = builder.build();
        Callable<Boolean> question = snapshot::holds;
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var answer : threads.invokeAll(Collections.nCopies(500, question))) {
                assertThat(answer.get()).isTrue();
            }
            write("99.h", "");
            for (var answer : threads.invokeAll(Collections.nCopies(500, question))) {
                assertThat(answer.get()).isFalse();
            }
        }
    }

    private Path file(String name) {
        return directory.resolve(name);
    }

    private String name(String name) {
        return directory + "/" + name;
    }

    private Content content(String name) {
        return ((Reading.File) later.read(name(name))).content();
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(file(name), text);
    }
}

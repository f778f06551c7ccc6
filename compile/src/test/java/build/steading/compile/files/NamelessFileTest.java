// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NamelessFileTest {
    @TempDir
    Path directory;

    private NamelessFile made() {
        var made = NamelessFile.in(directory);
        assumeTrue(made.isPresent(), "This file system has no files without a name");
        return made.orElseThrow();
    }

    /// Places what says `made`, and returns whether that could be done.
    private boolean place(String file) throws IOException {
        try (var fresh = made()) {
            fresh.write(ByteBuffer.wrap("made".getBytes(UTF_8)));
            return fresh.place(directory.resolve(file), directory.resolve("passing"));
        }
    }

    @Test
    void whatIsWrittenHasNoNameBeforeItIsPlaced() throws Exception {
        try (var fresh = made()) {
            fresh.write(ByteBuffer.wrap("made".getBytes(UTF_8)));
            assertThat(directory).isEmptyDirectory();

            assertThat(fresh.place(directory.resolve("out"), directory.resolve("passing")))
                    .isTrue();

            assertThat(directory.resolve("out")).hasContent("made");
        }
        assertThat(directory.resolve("out")).hasContent("made");
        assertThat(directory).isDirectoryNotContaining("glob:**/passing");
    }

    @Test
    void whatIsNotPlacedLeavesNothing() throws Exception {
        try (var fresh = made()) {
            fresh.write(ByteBuffer.allocate(1 << 20));
        }
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void partsOfAnyLengthAreWrittenOneBehindTheOther() throws Exception {
        var random = new Random(1);
        var all = new ByteArrayOutputStream();
        var out = directory.resolve("out");
        try (var fresh = made()) {
            for (var length : List.of(1, 300_000, 0, 256 << 10, 700_001)) {
                var bytes = new byte[length];
                random.nextBytes(bytes);
                all.write(bytes);
                fresh.write(ByteBuffer.wrap(bytes));
            }
            assertThat(fresh.place(out, directory.resolve("passing"))).isTrue();
        }
        assertThat(out).hasBinaryContent(all.toByteArray());
    }

    @Test
    void aFullDiskSaysSo() throws Exception {
        var small = Files.createDirectory(directory.resolve("small"));
        var mount = new ProcessBuilder("mount", "-t", "tmpfs", "-o", "size=64k", "none", small.toString()).start();
        assumeTrue(mount.waitFor() == 0, "Nobody here may mount");
        try (var full = NamelessFile.in(small).orElseThrow()) {
            assertThatIOException()
                    .isThrownBy(() -> full.write(ByteBuffer.allocate(1 << 20)))
                    .withMessage("No space left on device");
        } finally {
            new ProcessBuilder("umount", small.toString()).start().waitFor();
        }
    }

    @Test
    void whatIsThereIsReplacedAndNotWrittenTo() throws Exception {
        var out = Files.writeString(directory.resolve("out"), "old");
        var other = Files.createLink(directory.resolve("other"), out);

        assertThat(place("out")).isTrue();

        assertThat(out).hasContent("made");
        assertThat(other).hasContent("old");
        assertThat(directory.resolve("passing")).doesNotExist();
    }

    @Test
    void linkIsReplacedWhereverItLeads() throws Exception {
        var out = Files.createSymbolicLink(directory.resolve("out"), Path.of("nowhere"));

        assertThat(place("out")).isTrue();

        assertThat(Files.isRegularFile(out, LinkOption.NOFOLLOW_LINKS)).isTrue();
        assertThat(directory).isDirectoryNotContaining("glob:**/{nowhere,passing}");
    }

    @Test
    void directoryIsNotReplacedAndNothingIsLeft() throws Exception {
        Files.createDirectory(directory.resolve("out"));

        assertThatIOException().isThrownBy(() -> place("out"));

        assertThat(directory.resolve("out")).isEmptyDirectory();
        assertThat(directory.resolve("passing")).doesNotExist();
    }

    @Test
    void permissionsAreThoseThatWereGiven() throws Exception {
        var out = directory.resolve("out");
        try (var fresh = made()) {
            fresh.permit(0664);
            assertThat(fresh.place(out, directory.resolve("passing"))).isTrue();
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(out)))
                .isEqualTo("rw-rw-r--");
    }

    @Test
    void interruptDoesNotEndWritingHalfWay() throws Exception {
        Thread.currentThread().interrupt();
        try {
            assertThat(place("out")).isTrue();
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
        assertThat(directory.resolve("out")).hasContent("made");
    }

    @Test
    void fileSystemThatHasNoneSaysSo() throws Exception {
        var file = Files.createFile(directory.resolve("file"));
        assertThat(NamelessFile.in(Path.of("/proc/self"))).isEmpty();
        assertThat(NamelessFile.in(directory.resolve("none"))).isEmpty();
        assertThat(NamelessFile.in(file)).isEmpty();
        assertThat(NamelessFile.in(directory.resolve("d".repeat(5000)))).isEmpty();
    }
}

// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
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
            fresh.content().write("made".getBytes(UTF_8));
            return fresh.place(directory.resolve(file), directory.resolve("passing"));
        }
    }

    @Test
    void whatIsWrittenHasNoNameBeforeItIsPlaced() throws Exception {
        try (var fresh = made()) {
            fresh.content().write("made".getBytes(UTF_8));
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
            fresh.content().write(new byte[1 << 20]);
        }
        assertThat(directory).isEmptyDirectory();
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
            fresh.permit(PosixFilePermissions.fromString("rw-rw-r--"));
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

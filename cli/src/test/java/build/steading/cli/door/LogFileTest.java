// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.door;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogFileTest {
    @TempDir
    Path directory;

    @Test
    void beginsAnewWhenFullAndKeepsThePrevious() throws IOException {
        var file = directory.resolve("x.log");
        try (var log = new LogFile(file, 10)) {
            log.write("12345".getBytes(UTF_8));
            log.write("67890".getBytes(UTF_8));
            assertThat(file).content().isEqualTo("1234567890");
            log.write("a".getBytes(UTF_8));
        }

        assertThat(file).content().isEqualTo("a");
        assertThat(directory.resolve("x.log.1")).content().isEqualTo("1234567890");
    }

    @Test
    void beginsAnewWhenOpened() throws IOException {
        var file = Files.writeString(directory.resolve("x.log"), "old");

        new LogFile(file, 10).close();

        assertThat(file).isEmptyFile();
        assertThat(directory.resolve("x.log.1")).content().isEqualTo("old");
    }
}

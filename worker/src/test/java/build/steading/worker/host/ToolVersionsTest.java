// SPDX-License-Identifier: Apache-2.0
package build.steading.worker.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ToolVersionsTest {
    @TempDir
    Path directory;

    private Path bin;
    private ToolVersions tools;

    @BeforeEach
    void makeDirectories() throws IOException {
        bin = Files.createDirectory(directory.resolve("bin"));
        tools = new ToolVersions(bin + ":/nowhere:relative", Files.createDirectory(directory.resolve("worker")));
    }

    /// Makes a program that notes each of its runs.
    private Path program(String name, String script) throws IOException {
        var file = bin.resolve(name);
        Files.writeString(file, "#!/bin/sh\necho \"$@\" >> " + directory + "/runs-" + name + "\n" + script + "\n");
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private long runs(String name) throws IOException {
        var runs = directory.resolve("runs-" + name);
        return Files.exists(runs) ? Files.readAllLines(runs).size() : 0;
    }

    @Test
    void programsAreAskedOnce() throws Exception {
        program("gcc", "echo 'gcc (Debian 12.2.0-14) 12.2.0'");
        program("make", "echo 'GNU Make 4.3'");
        program("mine", "echo 1.0");

        assertThat(tools.known()).isEqualTo(Map.of("gcc", "", "make", ""));
        assertThat(runs("gcc")).isZero();
        assertThat(tools.find()).isEqualTo(Map.of("gcc", "12.2.0", "make", "4.3"));
        assertThat(tools.known()).isEqualTo(Map.of("gcc", "12.2.0", "make", "4.3"));
        assertThat(tools.find()).isEqualTo(Map.of("gcc", "12.2.0", "make", "4.3"));
        assertThat(runs("gcc")).isOne();
    }

    @Test
    void changedProgramIsAskedAgain() throws Exception {
        program("gcc", "echo 'gcc 12.2.0'");
        program("make", "echo 'GNU Make 4.3'");
        tools.find();
        program("gcc", "echo 'gcc 13.1.0 '");

        assertThat(tools.known()).isEqualTo(Map.of("gcc", "", "make", "4.3"));
        assertThat(tools.find()).isEqualTo(Map.of("gcc", "13.1.0", "make", "4.3"));
        assertThat(runs("gcc")).isEqualTo(2);
        assertThat(runs("make")).isOne();
    }

    @Test
    void programThatSaysNothingIsKnownNonetheless() throws Exception {
        program("gcc", "exit 1");
        program("go", "test \"$1\" = version && echo 'go version go1.19.8 linux/amd64'");
        program("gradle", "echo 8.5");

        assertThat(tools.find()).isEqualTo(Map.of("gcc", "", "go", "1.19.8", "gradle", ""));
        assertThat(runs("gradle")).isZero();
    }

    @Test
    void spoiltCacheIsNoHindrance() throws Exception {
        program("gcc", "echo 'gcc 12.2.0'");
        Files.writeString(directory.resolve("worker").resolve("tool-versions"), "\0\nx\n\t\t");

        assertThat(tools.find()).isEqualTo(Map.of("gcc", "12.2.0"));
    }

    @Test
    void programThatGoesOnForeverIsKilled() throws Exception {
        var program = program("gcc", "echo 'gcc 12.2.0'; sleep 60 & echo $! > " + directory + "/pid; sleep 60");
        var probe = new VersionProbe("/usr/bin:/bin", directory, Duration.ofMillis(1500));

        assertThat(probe.ask("gcc", program)).contains("12.2.0");
        var pid = Long.parseLong(Files.readString(directory.resolve("pid")).strip());
        ProcessHandle.of(pid).ifPresent(child -> child.onExit().join());
        assertThat(ProcessHandle.of(pid).filter(ProcessHandle::isAlive)).isEmpty();
    }

    @Test
    void programThatPrintsForeverIsKilled() throws Exception {
        var program = program("gcc", "echo 'gcc 12.2.0'; exec yes");
        var probe = new VersionProbe("/usr/bin:/bin", directory, Duration.ofSeconds(60));

        assertThat(probe.ask("gcc", program)).contains("12.2.0");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "gcc (Ubuntu 11.4.0-1ubuntu1~22.04) 11.4.0; 11.4.0",
                "GNU ld (GNU Binutils for Debian) 2.40; 2.40",
                "openjdk 25 2025-09-16; 25",
                "openjdk 21.0.2 2024-01-16; 21.0.2",
                "*** Zstandard CLI (64-bit) v1.5.4, by Yann Collet ***; 1.5.4",
                "v18.19.0; 18.19.0",
                "OpenSSL 1.1.1k  25 Mar 2021; 1.1.1k",
                "Python 3.14.0rc2; 3.14.0rc2",
                "rustc 1.91.0-nightly; 1.91.0",
            })
    void versionIsTheFirstNumberWithADot(String output, String version) {
        assertThat(VersionProbe.version("\n" + output + "\nbuilt 2.3.4\n")).contains(version);
    }

    @Test
    void perlSaysItInTheMiddleOfALine() {
        assertThat(VersionProbe.version("\nThis is perl 5, version 36, subversion 0 (v5.36.0) built for x\n"))
                .contains("5.36.0");
        assertThat(VersionProbe.version("no idea")).isEmpty();
    }
}

// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.service;

import static build.steading.compile.service.Lines.compile;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import build.steading.compile.argv.CommandLine.Compile;
import build.steading.compile.argv.Output;
import build.steading.compile.files.NamelessFile;
import build.steading.digest.Digest;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Writes beside what a compiler writes by itself.
class OutputFilesTest {
    private static final ByteString CONTENT = ByteString.copyFromUtf8("made");

    @TempDir
    Path directory;

    /// What may stand where an output is to be.
    enum Obstacle {
        NOTHING,
        FILE,
        EMPTY_FILE,
        LINK_TO_FILE,
        LINK_TO_EMPTY_FILE,
        DANGLING_LINK,
        HARD_LINK;

        void put(Path out) throws IOException {
            var real = out.resolveSibling("real");
            switch (this) {
                case NOTHING -> {}
                case FILE -> Files.writeString(out, "old");
                case EMPTY_FILE -> Files.createFile(out);
                case LINK_TO_FILE -> {
                    Files.writeString(real, "old");
                    Files.createSymbolicLink(out, Path.of("real"));
                }
                case LINK_TO_EMPTY_FILE -> {
                    Files.createFile(real);
                    Files.createSymbolicLink(out, Path.of("real"));
                }
                case DANGLING_LINK -> Files.createSymbolicLink(out, Path.of("real"));
                case HARD_LINK -> {
                    Files.writeString(real, "old");
                    Files.createLink(out, real);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void obstaclesAreTreatedAsCompilersTreatThem(Obstacle obstacle) throws Exception {
        assertNative(obstacle, "gcc -c a.c -o out", Output.Kind.OBJECT);
        assertNative(obstacle, "gcc -S a.c -o out", Output.Kind.ASSEMBLY);
        assertNative(obstacle, "gcc -c a.c -MD -MF out", Output.Kind.DEPENDENCIES);
        assertNative(obstacle, "gcc -c a.s -o out", Output.Kind.OBJECT);
    }

    @ParameterizedTest
    @EnumSource
    void obstaclesAreTreatedAsClangTreatsThem(Obstacle obstacle) throws Exception {
        assertNative(obstacle, "clang -c a.c -o out", Output.Kind.OBJECT);
        assertNative(obstacle, "clang -S a.c -o out", Output.Kind.ASSEMBLY);
        assertNative(obstacle, "clang -c a.c -MD -MF out", Output.Kind.DEPENDENCIES);
        assertNative(obstacle, "clang -c a.s -o out", Output.Kind.OBJECT);
    }

    @ParameterizedTest
    @CsvSource({
        "gcc -c bad.c -o out, OBJECT",
        "gcc -S bad.c -o out, ASSEMBLY",
        "clang -c bad.c -o out, OBJECT",
        "clang -S bad.c -o out, ASSEMBLY"
    })
    void failedCompileLeavesWhatTheCompilerLeaves(String line, Output.Kind kind) throws Exception {
        for (var obstacle : List.of(Obstacle.NOTHING, Obstacle.FILE)) {
            var home = prepared("native " + line + obstacle, obstacle);
            run(line, home, 1);
            var ours = prepared("ours " + line + obstacle, obstacle);
            new OutputFiles(compile(line), 022).removeAfterFailure(kind, ours.resolve("out"));
            assertThat(state(ours)).as("%s, %s", line, obstacle).isEqualTo(state(home));
        }
    }

    @Test
    void newFilesHaveTheModeThatTheUmaskLeaves() throws Exception {
        var out = directory.resolve("out");
        for (var kind : Output.Kind.values()) {
            files(022).write(kind, out, CONTENT);
            assertThat(mode(out)).isEqualTo("rw-r--r--");
            Files.delete(out);
            new OutputFiles(compile("gcc -c a.c"), 022, OutputFilesTest::none).write(kind, out, CONTENT);
            assertThat(mode(out)).isEqualTo("rw-r--r--");
            Files.delete(out);
            files(077).write(kind, out, CONTENT);
            assertThat(mode(out)).isEqualTo("rw-------");
            Files.delete(out);
            files(0).write(kind, out, CONTENT);
            assertThat(mode(out)).isEqualTo("rw-rw-rw-");
            Files.delete(out);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"OBJECT", "DEPENDENCIES"})
    void newFileHasNoNameBeforeItIsWhole(Output.Kind kind) throws Exception {
        try (var known = NamelessFile.in(directory).orElse(null)) {
            assumeTrue(known != null, "This file system has no files without a name");
        }
        try (var watch = directory.getFileSystem().newWatchService()) {
            directory.register(watch, StandardWatchEventKinds.ENTRY_CREATE);

            files(022).write(kind, directory.resolve("out"), CONTENT);

            var key = watch.take();
            assertThat(key.pollEvents())
                    .extracting(event -> event.context().toString())
                    .containsExactly("out");
        }
    }

    @Test
    void modeOfAFileThatIsWrittenToStays() throws Exception {
        var out = Files.writeString(directory.resolve("out"), "longer than what is written");
        Files.setPosixFilePermissions(out, PosixFilePermissions.fromString("rwx------"));
        files(022).write(Output.Kind.DEPENDENCIES, out, CONTENT);
        assertThat(out).hasContent("made");
        assertThat(mode(out)).isEqualTo("rwx------");
        files(022).write(Output.Kind.OBJECT, out, CONTENT);
        assertThat(mode(out)).isEqualTo("rw-r--r--");
    }

    @Test
    void readOnlyObjectIsReplaced() throws Exception {
        var out = Files.writeString(directory.resolve("out"), "old");
        Files.setPosixFilePermissions(out, PosixFilePermissions.fromString("r--r--r--"));
        files(022).write(Output.Kind.OBJECT, out, CONTENT);
        assertThat(out).hasContent("made");
        assertThat(mode(out)).isEqualTo("rw-r--r--");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/dev/null", "/dev/full", "fifo", "folder"})
    void whatIsNoFileIsLeftAlone(String name) throws Exception {
        Files.createDirectory(directory.resolve("folder"));
        var fifo = directory.resolve("fifo");
        assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor())
                .isZero();
        var target = directory.resolve(name);
        var link = Files.createSymbolicLink(directory.resolve("out"), target);
        var before = Files.readAttributes(target, "unix:ino,mode");
        for (var kind : Output.Kind.values()) {
            assertThatIOException()
                    .isThrownBy(() -> files(022).write(kind, link, CONTENT))
                    .withMessage("`%s` is no regular file", link);
            assertThatIOException().isThrownBy(() -> files(022).write(kind, target, CONTENT));
            files(022).removeAfterFailure(kind, link);
        }
        assertThat(Files.readAttributes(target, "unix:ino,mode")).isEqualTo(before);
        assertThat(link).isSymbolicLink();
    }

    @Test
    void whatCannotBeWrittenLeavesNothing() throws Exception {
        var file = Files.writeString(directory.resolve("file"), "");
        var loop = Files.createSymbolicLink(directory.resolve("loop"), Path.of("loop"));
        for (var out : List.of(file.resolve("out"), directory.resolve("no/out"), loop, Path.of("/proc/out"))) {
            assertThatIOException().isThrownBy(() -> files(022).write(Output.Kind.OBJECT, out, CONTENT));
        }
        assertThat(state(directory)).containsOnlyKeys("file", "loop");
    }

    @Test
    void fileThatIsFullLeavesNothing() throws Exception {
        assumeTrue(Files.isWritable(Path.of("/dev/shm")), "There is no small file system");
        var small = Path.of("/dev/shm");
        var free = Files.getFileStore(small).getUsableSpace();
        assumeTrue(free < 200 << 20, "`/dev/shm` is too large to be filled");
        var folder = Files.createTempDirectory(small, "steading-test-");
        try {
            var piece = ByteString.copyFrom(new byte[1 << 20]);
            var content = ByteString.copyFrom(Collections.nCopies((int) (free >> 20) + 2, piece));
            assertThatIOException()
                    .isThrownBy(() -> files(022).write(Output.Kind.OBJECT, folder.resolve("out"), content));
            assertThat(folder).isEmptyDirectory();
        } finally {
            Files.deleteIfExists(folder.resolve("out"));
            Files.delete(folder);
        }
    }

    /// As on a file system that has no files without a name.
    private static Optional<NamelessFile> none(Path directory) {
        assertThat(directory).isAbsolute();
        return Optional.empty();
    }

    private static OutputFiles files(int umask) {
        return new OutputFiles(compile("gcc -c a.c"), umask);
    }

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    private void assertNative(Obstacle obstacle, String line, Output.Kind kind) throws Exception {
        var home = prepared("native " + line, obstacle);
        run(line, home, 0);
        var made = ByteString.copyFrom(Files.readAllBytes(home.resolve("out")));
        Compile compile = compile(line);
        var ours = prepared("ours " + line, obstacle);
        new OutputFiles(compile, 022).write(kind, ours.resolve("out"), made);
        assertThat(state(ours)).as("%s, %s", line, obstacle).isEqualTo(state(home));
        var elsewhere = prepared("elsewhere " + line, obstacle);
        new OutputFiles(compile, 022, OutputFilesTest::none).write(kind, elsewhere.resolve("out"), made);
        assertThat(state(elsewhere)).as("%s, %s", line, obstacle).isEqualTo(state(home));
    }

    private Path prepared(String name, Obstacle obstacle) throws IOException {
        var folder = Files.createDirectory(directory.resolve(name));
        obstacle.put(folder.resolve("out"));
        return folder;
    }

    private static void run(String line, Path folder, int exit) throws Exception {
        var words = new ArrayList<>(Lines.words(line));
        assumeTrue(
                Files.isExecutable(Path.of("/usr/bin", words.getFirst())),
                "There is no `%s`".formatted(words.getFirst()));
        Files.writeString(folder.resolve("a.c"), "int f(void) { return 1; }\n");
        Files.writeString(folder.resolve("bad.c"), "int f(void) { return x; }\n");
        Files.writeString(folder.resolve("a.s"), ".globl f\nf: ret\n");
        words.addFirst("umask 022; exec \"$0\" \"$@\" >/dev/null 2>&1");
        words.addAll(0, List.of("/bin/sh", "-c"));
        var process = new ProcessBuilder(words).directory(folder.toFile()).start();
        assertThat(process.waitFor()).isEqualTo(exit);
        for (var input : List.of("a.c", "bad.c", "a.s", "a.o")) {
            Files.deleteIfExists(folder.resolve(input));
        }
    }

    /// Returns what each name in a directory is, with mode, links and content.
    private static Map<String, String> state(Path folder) throws IOException {
        var state = new TreeMap<String, String>();
        try (var names = Files.list(folder)) {
            for (var file : names.toList()) {
                var facts = Files.readAttributes(file, "unix:mode,nlink", LinkOption.NOFOLLOW_LINKS);
                var content = Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                        ? Digest.of(Files.readAllBytes(file)).toString()
                        : "";
                state.put(file.getFileName().toString(), new TreeMap<>(facts) + content);
            }
        }
        return state;
    }
}

// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.service;

import static build.steading.compile.service.Lines.compile;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import build.bazel.remote.execution.v2.ActionResult;
import build.bazel.remote.execution.v2.OutputFile;
import build.steading.blob.Blobs;
import build.steading.blob.MemoryBlobStore;
import build.steading.compile.argv.CommandLine.Compile;
import build.steading.compile.argv.Output;
import build.steading.digest.Digest;
import build.steading.digest.Digests;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResultsTest {
    private static final String LINE = "gcc -c a.c -MD";

    @TempDir
    Path directory;

    private final MemoryBlobStore blobs = new MemoryBlobStore();
    private final Results results = new Results(blobs);
    private Handover handover = () -> {};

    @Test
    void filesAndMessagesAreWhatTheCompilerMade() throws Exception {
        var result = made("a.o", "a.d").setStderrRaw(bytes("a.c:1: warning")).setStdoutDigest(stored("out"));
        var outcome = take(LINE, result);
        assertThat(outcome).isEqualTo(new Results.Taken(new Answer.Done(0, bytes("out"), bytes("a.c:1: warning")), 6));
        assertThat(directory.resolve("a.o")).hasContent("a.o");
        assertThat(directory.resolve("a.d")).hasContent("a.d");
    }

    @Test
    void contentsMayComeWithTheResult() throws Exception {
        var result = made("a.d")
                .addOutputFiles(OutputFile.newBuilder()
                        .setPath("a.o")
                        .setContents(bytes("inline"))
                        .setDigest(Digests.toProto(digest("inline"))));
        assertThat(take(LINE, result)).isInstanceOf(Results.Taken.class);
        assertThat(directory.resolve("a.o")).hasContent("inline");
        assertThat(blobs.findMissing(Set.of(digest("inline")))).isEmpty();
        assertThat(Results.withoutContents(result.build()).getOutputFilesList())
                .allMatch(file -> file.getContents().isEmpty());
    }

    @Test
    void contentsThatAreNotWhatTheResultNamesAreNotTaken() throws Exception {
        var wrong = made("a.d")
                .addOutputFiles(OutputFile.newBuilder()
                        .setPath("a.o")
                        .setContents(bytes("wrong"))
                        .setDigest(stored("right")));
        assertThat(take(LINE, wrong)).isInstanceOf(Results.Taken.class);
        assertThat(directory.resolve("a.o")).hasContent("right");
    }

    @Test
    void errorOfTheUserIsTakenWithWhatWasWrittenNevertheless() throws Exception {
        Files.writeString(directory.resolve("a.o"), "old");
        var outcome = take(LINE, made("a.d").setExitCode(1).setStderrRaw(bytes("a.c:1: error: `x` undeclared")));
        assertThat(outcome)
                .isEqualTo(new Results.Taken(
                        new Answer.Done(1, ByteString.EMPTY, bytes("a.c:1: error: `x` undeclared")), 3));
        assertThat(directory.resolve("a.o")).hasContent("old");
        assertThat(directory.resolve("a.d")).hasContent("a.d");
    }

    @Test
    void failedCompileRemovesWhatTheCompilerWouldRemove() throws Exception {
        Files.writeString(directory.resolve("a.s"), "old");
        take("gcc -S a.c", made().setExitCode(1).setStderrRaw(bytes("a.c:1: error")));
        assertThat(directory.resolve("a.s")).doesNotExist();
        Files.writeString(directory.resolve("a.o"), "old");
        take("clang -c a.c", made().setExitCode(1).setStderrRaw(bytes("a.c:1: error")));
        assertThat(directory.resolve("a.o")).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 4, 127, 137, -1})
    void otherExitCodesAreNotTheCompilersLastWord(int exitCode) throws Exception {
        assertHome("compiler failed", LINE, made("a.o", "a.d").setExitCode(exitCode));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a.c:1:10: fatal error: b.h: No such file or directory",
                "a.c:1:10: fatal error: 'b.h' file not found",
                "as: can't open x for reading",
                "cc1: error: cannot open y"
            })
    void missingFilesMustBeMissingAtHomeToo(String message) throws Exception {
        assertHome("missing file", LINE, made().setExitCode(1).setStderrRaw(bytes(message)));
        assertThat(take(LINE, made("a.o", "a.d").setStderrRaw(bytes(message)))).isInstanceOf(Results.Taken.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gcc: fatal error: Killed signal terminated program cc1",
                "gcc: fatal error: cannot execute 'cc1': execv: Text file busy",
                "a.c:1:1: internal compiler error: in f, at g.c:1",
                "cc1: out of memory allocating 65536 bytes",
                "a.c: fatal error: error writing to /tmp/x.s: No space left on device"
            })
    void breakdownOfAMachineIsNoErrorOfTheUser(String message) throws Exception {
        assertHome("compiler failed", LINE, made().setExitCode(1).setStderrRaw(bytes(message)));
    }

    @Test
    void errorsInAnotherLanguageAreNotUnderstood() throws Exception {
        var failed = made().setExitCode(1).setStderrRaw(bytes("a.c:1: Fehler"));
        for (var value : new String[] {"de_DE.UTF-8", "Cx"}) {
            var german = compile(LINE, Map.of("LANG", value));
            assertThat(reason(take(german, false, failed))).isEqualTo("messages in another language: " + value);
        }
        for (var value : new String[] {"", "C", "C.UTF-8", "en_GB.UTF-8", "POSIX"}) {
            var english = compile(LINE, Map.of("LC_ALL", value));
            assertThat(take(english, false, failed)).isInstanceOf(Results.Taken.class);
        }
    }

    @Test
    void namesThatComeAtRandomAreNotRepeated() throws Exception {
        var warning = made("a.o", "a.d").setStderrRaw(bytes("/tmp/ccAb12x_.s: Assembler messages:"));
        assertHome("messages of the assembler", LINE, warning);
        var own = made("a.o", "a.d").setStderrRaw(bytes("/tmp/cc-project/a.c:1: warning: odd"));
        assertThat(take(LINE, own)).isInstanceOf(Results.Taken.class);
    }

    @Test
    void errorsOfTheAssemblerAreSeenAtHome() throws Exception {
        var failed = made().setExitCode(1).setStderrRaw(bytes("a.c: Assembler messages:\na.c:1: Error: no such"));
        assertHome("messages of the assembler", LINE, failed);
        assertHome("messages of the assembler", "gcc -c a.s", made().setExitCode(1));
    }

    @Test
    void messagesForATerminalAreColouredAtHome() throws Exception {
        var warning = made("a.o", "a.d").setStderrRaw(bytes("a.c:1: warning"));
        assertThat(reason(take(compile(LINE), true, warning))).isEqualTo("messages on a terminal");
        assertThat(take(compile(LINE + " -fdiagnostics-color=never"), true, warning))
                .isInstanceOf(Results.Taken.class);
        assertThat(take(compile(LINE), true, made("a.o", "a.d"))).isInstanceOf(Results.Taken.class);
    }

    @Test
    void missingOutputIsAFailureOfTheFarm() throws Exception {
        var outcome = take(LINE, made("a.d"));
        assertThat(outcome).isInstanceOfSatisfying(Results.NotTaken.class, not -> {
            assertThat(not.home()).hasToString("output missing: a.o");
            assertThat(not.home().failed()).isTrue();
        });
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void outputsThatNobodyAskedForAreLeftOut() throws Exception {
        assertThat(take(LINE, made("a.o", "a.d", "b.o", "../c.o"))).isInstanceOf(Results.Taken.class);
        assertThat(directory.resolve("b.o")).doesNotExist();
        assertThat(directory.resolve("../c.o")).doesNotExist();
    }

    @Test
    void outputThatIsNamedTwiceIsWrittenOnce() throws Exception {
        var result = made("a.o", "a.d");
        result.addOutputFiles(result.getOutputFiles(0).toBuilder().setDigest(stored("other")));
        assertThat(take(LINE, result))
                .isInstanceOfSatisfying(
                        Results.Taken.class, taken -> assertThat(taken.bytes()).isEqualTo(6));
        assertThat(directory.resolve("a.o")).hasContent("a.o");
    }

    @Test
    void allContentsAreReadBeforeTheFirstIsWritten() throws Exception {
        for (var gone : new String[] {"a.o", "a.d"}) {
            var there = gone.equals("a.o") ? "a.d" : "a.o";
            var result = made(there).addOutputFiles(output(gone, Digests.toProto(digest("gone"))));
            assertThatThrownBy(() -> take(LINE, result))
                    .isInstanceOfSatisfying(
                            SteadingException.class,
                            e -> assertThat(e.failure()).isInstanceOf(Failure.MissingBlobs.class));
            assertThat(directory).isEmptyDirectory();
        }
        assertThatThrownBy(() -> take(LINE, made("a.o", "a.d").setStderrDigest(Digests.toProto(digest("gone")))))
                .isInstanceOf(SteadingException.class);
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void objectIsWrittenLast() throws Exception {
        Files.createDirectory(directory.resolve("a.d"));
        assertHome("output not writable", LINE, made("a.o", "a.d"));
        assertThat(directory.resolve("a.o")).doesNotExist();
    }

    @Test
    void nothingIsWrittenBeforeTheHandover() throws Exception {
        var begun = new AtomicInteger();
        handover = () -> {
            assertThat(directory).isEmptyDirectory();
            begun.incrementAndGet();
        };
        assertThat(take(LINE, made("a.o", "a.d"))).isInstanceOf(Results.Taken.class);
        assertThat(begun).hasValue(1);
    }

    @Test
    void nothingIsWrittenOrRemovedForACallerThatHasGone() throws Exception {
        Files.writeString(directory.resolve("a.s"), "old");
        handover = () -> {
            throw new InterruptedException("gone");
        };
        assertThatThrownBy(() -> take(LINE, made("a.o", "a.d"))).hasMessage("gone");
        assertThatThrownBy(() -> take("gcc -S a.c", made().setExitCode(1).setStderrRaw(bytes("a.c:1: error"))))
                .hasMessage("gone");
        assertThat(directory.toFile().list()).containsExactly("a.s");
    }

    @Test
    void callerMayGoAsLongAsAPartOfTheResultIsMissing() throws Exception {
        handover = () -> {
            throw new IllegalStateException("too early");
        };
        var gone = output("a.o", Digests.toProto(digest("gone")));
        assertThatThrownBy(() -> take(LINE, made("a.d").addOutputFiles(gone)))
                .isInstanceOfSatisfying(
                        SteadingException.class, e -> assertThat(e.failure()).isInstanceOf(Failure.MissingBlobs.class));
        assertThat(take(LINE, made("a.d"))).isInstanceOf(Results.NotTaken.class);
    }

    private void assertHome(String reason, String line, ActionResult.Builder result) throws InterruptedException {
        assertThat(take(line, result)).isInstanceOfSatisfying(Results.NotTaken.class, not -> {
            assertThat(not.home().reason()).isEqualTo(reason);
            assertThat(not.home().failed()).isFalse();
        });
        assertThat(directory.resolve("a.o")).doesNotExist();
    }

    private static String reason(Results.Outcome outcome) {
        return ((Results.NotTaken) outcome).home().toString();
    }

    private Results.Outcome take(String line, ActionResult.Builder result) throws InterruptedException {
        return take(compile(line), false, result);
    }

    private Results.Outcome take(Compile compile, boolean terminal, ActionResult.Builder result)
            throws InterruptedException {
        var typed = Lines.typed("gcc", directory);
        var command = new TypedCommand(
                compile.argv(),
                typed.program(),
                typed.directory(),
                typed.environment(),
                022,
                terminal,
                TypedCommand.Mode.USUAL);
        var outputs = new HashMap<String, Output>();
        compile.outputs().forEach(output -> outputs.put(output.name(), output));
        return results.take(command, compile, outputs, result.build(), handover);
    }

    private ActionResult.Builder made(String... names) {
        var result = ActionResult.newBuilder();
        for (var name : names) {
            result.addOutputFiles(output(name, stored(name)));
        }
        return result;
    }

    private static OutputFile output(String name, build.bazel.remote.execution.v2.Digest digest) {
        return OutputFile.newBuilder().setPath(name).setDigest(digest).build();
    }

    private build.bazel.remote.execution.v2.Digest stored(String text) {
        return Digests.toProto(Blobs.put(blobs, text.getBytes(StandardCharsets.UTF_8)));
    }

    private static Digest digest(String text) {
        return Digest.of(text.getBytes(StandardCharsets.UTF_8));
    }

    private static ByteString bytes(String text) {
        return ByteString.copyFromUtf8(text);
    }
}

// SPDX-License-Identifier: Apache-2.0
package build.steading.worker;

import static org.assertj.core.api.Assertions.assertThat;

import build.steading.api.v1.ExecutionDetails;
import build.steading.blob.Blobs;
import build.steading.digest.Digests;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// What a worker owes to commands, in whichever sandbox.
abstract class CommandContract extends SandboxedTest {
    @Test
    void w10WorkingDirectoryIsWhereTheCommandRuns() throws Exception {
        var result = farm.complete(action().file("sub/in", "x")
                .shell("cat in > out.txt; basename $PWD")
                .command(command -> command.setWorkingDirectory("sub").addOutputPaths("out.txt")));

        assertThat(content(result, "out.txt")).isEqualTo("x");
        assertThat(farm.stdout(result)).isEqualTo("sub\n");
    }

    @Test
    void w11AbsentWorkingDirectoryIsMade() throws Exception {
        var result = farm.complete(action().shell("pwd").command(command -> command.setWorkingDirectory("new/one")));

        assertThat(farm.stdout(result)).endsWith("/new/one\n");
    }

    @Test
    void w12EnvironmentIsAsDeclaredAndNoMore() throws Exception {
        var result = farm.complete(action().run("/usr/bin/env").environment("ZZ", "ü z"));

        var names = farm.stdout(result)
                .lines()
                .map(line -> line.replaceAll("=.*", ""))
                .collect(Collectors.toSet());
        assertThat(names).containsExactlyInAnyOrder("HOME", "LANG", "PATH", "STEADING_SLOTS", "TMPDIR", "ZZ");
        assertThat(farm.stdout(result)).contains("ZZ=ü z\n", "STEADING_SLOTS=3\n");
    }

    @Test
    void homeAndTemporaryDirectoryAreWritable() throws Exception {
        assertThat(farm.shell("echo x > $HOME/h && echo y > $TMPDIR/t && cat $HOME/h $TMPDIR/t"))
                .isEqualTo("x\ny\n");
    }

    @Test
    void w13RelativeProgramIsFoundFromTheWorkingDirectory() throws Exception {
        var result = farm.complete(action().program("sub/bin/tool", "echo found")
                .run("bin/tool")
                .command(command -> command.setWorkingDirectory("sub")));

        assertThat(farm.stdout(result)).isEqualTo("found\n");
    }

    @Test
    void w14BareProgramIsFoundInThePathOfTheAction() throws Exception {
        var result = farm.complete(
                action().program("tools/mytool", "echo mine").run("mytool").environment("PATH", "tools"));

        assertThat(farm.stdout(result)).isEqualTo("mine\n");
    }

    @Test
    void w21SignalledCommandExitsWith128AndTheSignal() throws Exception {
        assertThat(farm.complete(action().shell("kill -9 $$")).getExitCode()).isEqualTo(137);
    }

    @Test
    void w22AbsentProgramExitsWith127AndSaysSo() throws Exception {
        var result = farm.complete(action().run("/no/such/binary"));

        assertThat(result.getExitCode()).isEqualTo(127);
        assertThat(farm.stderr(result)).contains("/no/such/binary", "No such file");
    }

    @Test
    void programThatIsNotExecutableExitsWith126() throws Exception {
        assertThat(farm.complete(action().file("f", "x").run("./f")).getExitCode())
                .isEqualTo(126);
    }

    @Test
    void w23StandardInputIsEmpty() throws Exception {
        assertThat(farm.shell("cat; echo end")).isEqualTo("end\n");
    }

    @Test
    void exitCodeIsAResult() throws Exception {
        assertThat(farm.complete(action().shell("exit 7")).getExitCode()).isEqualTo(7);
    }

    @Test
    void resultTellsWhoRanItWhenAndHow() throws Exception {
        var result = farm.complete(action().shell("echo hi"));

        var metadata = result.getExecutionMetadata();
        var details = metadata.getAuxiliaryMetadata(0).unpack(ExecutionDetails.class);
        assertThat(metadata.getWorker()).isEqualTo("w");
        assertThat(List.of(
                        metadata.getQueuedTimestamp(),
                        metadata.getWorkerStartTimestamp(),
                        metadata.getInputFetchStartTimestamp(),
                        metadata.getInputFetchCompletedTimestamp(),
                        metadata.getExecutionStartTimestamp(),
                        metadata.getExecutionCompletedTimestamp(),
                        metadata.getOutputUploadStartTimestamp(),
                        metadata.getOutputUploadCompletedTimestamp(),
                        metadata.getWorkerCompletedTimestamp()))
                .extracting(time -> time.getSeconds() * 1_000_000 + time.getNanos() / 1000)
                .isSorted();
        assertThat(QueueSource.text(Blobs.read(farm.store, Digests.fromProto(details.getLogDigest()))))
                .isEqualTo("hi\n");
        assertThat(details.getCpuMicros()).isPositive();
        assertThat(details.getPeakMemoryBytes()).isPositive();
    }
}

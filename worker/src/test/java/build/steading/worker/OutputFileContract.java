// SPDX-License-Identifier: Apache-2.0
package build.steading.worker;

import static org.assertj.core.api.Assertions.assertThat;

import build.bazel.remote.execution.v2.FileNode;
import build.steading.execute.Outcome;
import build.steading.failure.Failure;
import org.junit.jupiter.api.Test;

/// What a worker owes to output files, in whichever sandbox.
abstract class OutputFileContract extends SandboxedTest {
    @Test
    void w01FilesKeepContentAndExecutableBit() throws Exception {
        var result = farm.complete(action().shell("echo plain > a; echo prog > b; chmod +x b")
                .command(command -> command.addOutputFiles("a").addOutputFiles("b")));

        assertThat(content(result, "a")).isEqualTo("plain\n");
        assertThat(result.getOutputFiles(0).getIsExecutable()).isFalse();
        assertThat(content(result, "b")).isEqualTo("prog\n");
        assertThat(result.getOutputFiles(1).getIsExecutable()).isTrue();
    }

    @Test
    void w06PathsOfEveryKind() throws Exception {
        var result = farm.complete(
                action().shell("echo f > f; mkdir d; echo x > d/x; ln -s f l").outputs("d", "f", "l"));

        assertThat(content(result, "f")).isEqualTo("f\n");
        assertThat(result.getOutputDirectoriesList()).hasSize(1);
        assertThat(result.getOutputSymlinks(0).getTarget()).isEqualTo("f");
        assertThat(result.getOutputFilesCount()).isEqualTo(1);
    }

    @Test
    void w07WhatWasNotMadeIsLeftOut() throws Exception {
        var result = farm.complete(action().shell("true").outputs("nothing", "no/where"));

        assertThat(result.getExitCode()).isZero();
        assertThat(result.getOutputFilesList()).isEmpty();
    }

    @Test
    void w08ParentsAreMadeBeforehand() throws Exception {
        var result = farm.complete(action().shell("echo x > a/b/f").outputs("a/b/f"));

        assertThat(content(result, "a/b/f")).isEqualTo("x\n");
    }

    @Test
    void w09OutputDirectoryItselfIsNotMade() throws Exception {
        var result = farm.complete(action().shell("test -d p && test ! -e p/d && mkdir p/d && echo x > p/d/f")
                .command(command -> command.addOutputDirectories("p/d")));

        assertThat(result.getExitCode()).isZero();
        assertThat(result.getOutputDirectories(0).getPath()).isEqualTo("p/d");
    }

    @Test
    void w32FileInsideAnOutputDirectoryIsReportedTwice() throws Exception {
        var result = farm.complete(action().shell("mkdir d; echo x > d/f").outputs("d", "d/f"));

        assertThat(content(result, "d/f")).isEqualTo("x\n");
        assertThat(tree(result, 0).getRoot().getFiles(0).getName()).isEqualTo("f");
    }

    @Test
    void w33TwoThousandOutputs() throws Exception {
        var result = farm.complete(action().shell("mkdir d; for i in $(seq 2000); do echo $i > d/$i; done")
                .outputs("d"));

        assertThat(tree(result, 0).getRoot().getFilesCount()).isEqualTo(2000);
    }

    @Test
    void hardLinkedTwinsAreBothStored() throws Exception {
        var result = farm.complete(action().shell("echo x > a; ln a b").outputs("a", "b"));

        assertThat(content(result, "a")).isEqualTo("x\n");
        assertThat(content(result, "b")).isEqualTo("x\n");
    }

    @Test
    void strictUmaskOfTheCommandDoesNoHarm() throws Exception {
        var result = farm.complete(action().shell("umask 777; echo x > f; mkdir -m 700 d; echo y > d/g; chmod 0 d")
                .outputs("d", "f"));

        assertThat(content(result, "f")).isEqualTo("x\n");
        assertThat(tree(result, 0).getRoot().getFiles(0).getName()).isEqualTo("g");
    }

    @Test
    void untouchedInputIsAnOutput() throws Exception {
        var result = farm.complete(action().file("in/a", "given")
                .file("in/b", "gone")
                .shell("rm in/b")
                .outputs("in", "in/a"));

        assertThat(content(result, "in/a")).isEqualTo("given");
        assertThat(tree(result, 0).getRoot().getFilesList()).hasSize(1);
    }

    @Test
    void wholeWorkingDirectoryIsAnOutput() throws Exception {
        var result = farm.complete(action().file("w/in", "i")
                .shell("echo o > out")
                .command(command -> command.setWorkingDirectory("w").addOutputPaths("")));

        assertThat(tree(result, 0).getRoot().getFilesList())
                .extracting(FileNode::getName)
                .containsExactly("in", "out");
    }

    @Test
    void directoryMadeAnewHidesWhatWasInIt() throws Exception {
        var result = farm.complete(action().file("d/old", "old")
                .file("d/sub/older", "older")
                .shell("rm -r d; mkdir d; echo new > d/new")
                .outputs("d"));

        assertThat(tree(result, 0).getRoot().getFilesList())
                .extracting(FileNode::getName)
                .containsExactly("new");
        assertThat(tree(result, 0).getRoot().getDirectoriesList()).isEmpty();
    }

    @Test
    void declaredFileThatIsADirectoryIsRejected() throws Exception {
        var outcome = farm.run(action().shell("mkdir f").command(command -> command.addOutputFiles("f")));

        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Outcome.Rejected.class,
                        rejected -> assertThat(rejected.failure())
                                .isEqualTo(new Failure.Invalid("Output `f` is a directory, but declared as a file")));
    }
}

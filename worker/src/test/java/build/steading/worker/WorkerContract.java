// SPDX-License-Identifier: Apache-2.0
package build.steading.worker;

import static org.assertj.core.api.Assertions.assertThat;

import build.bazel.remote.execution.v2.Action;
import build.bazel.remote.execution.v2.ActionResult;
import build.bazel.remote.execution.v2.Directory;
import build.bazel.remote.execution.v2.FileNode;
import build.bazel.remote.execution.v2.Tree;
import build.steading.api.v1.ExecutionDetails;
import build.steading.blob.Blobs;
import build.steading.digest.Digest;
import build.steading.digest.Digests;
import build.steading.execute.Outcome;
import build.steading.execute.WarmDirectory;
import build.steading.failure.Failure;
import build.steading.platform.PlatformProperties;
import build.steading.worker.sandbox.Sandbox;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a worker owes, in whichever sandbox. The numbers are those of the checks in the specification.
abstract class WorkerContract {
    @TempDir
    Path directory;

    Farm farm;

    abstract Sandbox sandbox(Path directory);

    @BeforeEach
    void start() throws IOException {
        var worker = TestSandboxes.directory(directory);
        farm = new Farm(directory, sandbox(worker), Farm.limits());
    }

    @AfterEach
    void stop() {
        farm.close();
    }

    private TestAction action() {
        return farm.action();
    }

    private Tree tree(ActionResult result, int index) throws IOException {
        return Tree.parseFrom(Blobs.read(
                farm.store, Digests.fromProto(result.getOutputDirectories(index).getTreeDigest())));
    }

    private String content(ActionResult result, String path) {
        return result.getOutputFilesList().stream()
                .filter(file -> file.getPath().equals(path))
                .findFirst()
                .map(file -> farm.text(Digests.fromProto(file.getDigest())))
                .orElse("absent");
    }

    @Nested
    class OutputFiles {
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
            var result = farm.complete(action().shell("echo f > f; mkdir d; echo x > d/x; ln -s f l")
                    .outputs("d", "f", "l"));

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
                                    .isEqualTo(
                                            new Failure.Invalid("Output `f` is a directory, but declared as a file")));
        }
    }

    @Nested
    class OutputTrees {
        @Test
        void w02TreeHasNestedDirectoriesAndExecutableBits() throws Exception {
            var result = farm.complete(action().shell("mkdir -p d/e; echo x > d/e/x; chmod +x d/e/x")
                    .command(command -> command.addOutputDirectories("d")));

            assertThat(tree(result, 0).getChildren(0).getFiles(0).getIsExecutable())
                    .isTrue();
        }

        @Test
        void w03w04w05LinksStayLinksAndEmptyDirectoriesStay() throws Exception {
            var result = farm.complete(
                    action().shell("mkdir -p d/empty; echo x > d/x; ln -s x d/l; ln -s nowhere d/dangling")
                            .outputs("d"));

            var root = tree(result, 0).getRoot();
            assertThat(root.getSymlinksList())
                    .extracting(link -> link.getName() + ">" + link.getTarget())
                    .containsExactly("dangling>nowhere", "l>x");
            assertThat(root.getDirectories(0).getName()).isEqualTo("empty");
        }

        @Test
        void w27w29TreeIsCanonicalAndAllDirectoriesAreStored() throws Exception {
            var result = farm.complete(action().shell(
                            "mkdir -p d/b/s d/a/s d/c; echo 1 > d/b/s/f; echo 1 > d/a/s/f; echo 2 > d/z; echo 3 > d/Z")
                    .outputs("d"));

            var tree = tree(result, 0);
            var output = result.getOutputDirectories(0);
            assertThat(output.getIsTopologicallySorted()).isTrue();
            assertThat(Digest.of(tree.getRoot())).isEqualTo(Digests.fromProto(output.getRootDirectoryDigest()));
            var promised = new HashSet<Digest>(Set.of(Digest.of(tree.getRoot())));
            for (var directory : List.copyOf(tree.getChildrenList())) {
                assertThat(farm.store.findMissing(Set.of(Digest.of(directory)))).isEmpty();
            }
            assertThat(tree.getChildrenList()).doesNotHaveDuplicates();
            tree.getRoot().getDirectoriesList().forEach(node -> promised.add(Digests.fromProto(node.getDigest())));
            for (var directory : tree.getChildrenList()) {
                assertThat(promised).contains(Digest.of(directory));
                directory.getDirectoriesList().forEach(node -> promised.add(Digests.fromProto(node.getDigest())));
            }
            assertThat(tree.getRoot().getFilesList())
                    .extracting(FileNode::getName)
                    .containsExactly("Z", "z");
        }

        @Test
        void w28EqualTreesHaveEqualDigests() throws Exception {
            var one = farm.complete(
                    action().shell("mkdir d; echo a > d/a; echo b > d/b").outputs("d"));
            var two = farm.complete(
                    action().shell("mkdir d; echo b > d/b; echo a > d/a").outputs("d"));

            assertThat(two.getOutputDirectories(0)).isEqualTo(one.getOutputDirectories(0));
        }

        @Test
        void w31FifoIsNeitherOpenedNorStored() throws Exception {
            var outcome = farm.run(
                    action().shell("echo first > a; mkfifo pipe; echo said").outputs("a", "pipe"));

            assertThat(outcome).isInstanceOfSatisfying(Outcome.Rejected.class, rejected -> {
                assertThat(rejected.failure().message()).startsWith("Output `pipe` is a FIFO");
                assertThat(content(rejected.partial(), "a")).isEqualTo("first\n");
                assertThat(farm.stdout(rejected.partial())).isEqualTo("said\n");
            });
        }

        @Test
        void socketInsideAnOutputDirectoryIsNamed() throws Exception {
            var script = "mkdir d; perl -MSocket -e 'socket(S,PF_UNIX,SOCK_STREAM,0);bind(S,sockaddr_un(\"d/s\"))'";

            assertThat(farm.run(action().shell(script).outputs("d")))
                    .isInstanceOfSatisfying(
                            Outcome.Rejected.class,
                            rejected ->
                                    assertThat(rejected.failure().message()).startsWith("Output `d/s` is a socket"));
        }

        @Test
        void outputThroughALinkOutOfTheTreeIsRejected() throws Exception {
            assertThat(farm.run(action().shell("rmdir e; ln -s /etc e").outputs("e/passwd")))
                    .isInstanceOfSatisfying(
                            Outcome.Rejected.class,
                            rejected -> assertThat(rejected.failure().message())
                                    .contains("`e/passwd`", "`e`", "out of the input tree"));
        }

        @Test
        void outputThroughALinkInsideTheTreeIsFound() throws Exception {
            var result = farm.complete(
                    action().shell("mkdir real; echo x > real/f; rmdir l m; ln -s real l; ln -s \"$PWD/real\" m")
                            .outputs("l/f", "m/f"));

            assertThat(content(result, "l/f")).isEqualTo("x\n");
            assertThat(content(result, "m/f")).isEqualTo("x\n");
        }
    }

    @Nested
    class Commands {
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
            var result =
                    farm.complete(action().shell("pwd").command(command -> command.setWorkingDirectory("new/one")));

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
            assertThat(farm.complete(action().shell("kill -9 $$")).getExitCode())
                    .isEqualTo(137);
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

    @Nested
    class InputTrees {
        @Test
        void w15ExecutableBitsAreHonoured() throws Exception {
            var result = farm.complete(
                    action().program("x", "true").file("y", "y").shell("test -x x && test ! -x y && echo right"));

            assertThat(farm.stdout(result)).isEqualTo("right\n");
        }

        @Test
        void w16w17w18LinksEmptyDirectoriesAndEmptyFilesExist() throws Exception {
            var result = farm.complete(action().file("f", "x")
                    .link("l", "f")
                    .link("abs", "/etc/passwd")
                    .folder("empty")
                    .file("zero", "")
                    .shell("readlink l abs; test -d empty && test -f zero && test ! -s zero && echo right"));

            assertThat(farm.stdout(result)).isEqualTo("f\n/etc/passwd\nright\n");
        }

        @Test
        void w19OddNamesExist() throws Exception {
            var result = farm.complete(action().file("a b'c\"d", "1")
                    .file("ünï/日本", "2")
                    .file("new\nline", "3")
                    .shell("cat \"a b'c\\\"d\" ünï/日本 new*; cp -r ünï out")
                    .outputs("out"));

            assertThat(farm.stdout(result)).isEqualTo("123");
            assertThat(tree(result, 0).getRoot().getFiles(0).getName()).isEqualTo("日本");
        }

        @Test
        void allInputsAreEquallyOld() throws Exception {
            var result = farm.complete(action().file("a", "1")
                    .file("b", "")
                    .program("c", "x")
                    .shell("stat -c %Y a b c | sort -u | wc -l"));

            assertThat(farm.stdout(result).strip()).isEqualTo("1");
        }

        @Test
        void w34InputDirectoriesAndFilesCanBeWritten() throws Exception {
            var result = farm.complete(action().file("src/a", "a")
                    .shell("echo b > src/b; echo more >> src/a")
                    .outputs("src/a", "src/b"));

            assertThat(content(result, "src/a")).isEqualTo("amore\n");
            assertThat(content(result, "src/b")).isEqualTo("b\n");
        }

        @Test
        void w25StrayFilesDoNotLeak() throws Exception {
            farm.complete(
                    action().file("f", "x").shell("echo s > stray; echo s > $TMPDIR/stray; echo s > $HOME/stray"));

            var result = farm.complete(action().file("f", "x").shell("ls; ls $TMPDIR $HOME | grep stray"));
            assertThat(farm.stdout(result)).isEqualTo("f\n");
        }

        @Test
        void w26OverwrittenInputsHarmNobody() throws Exception {
            var script = "echo evil > a; : > b; chmod 777 c; echo evil >> c; rm d; mv e d; "
                    + "dd if=/dev/zero of=big conv=notrunc bs=1 count=9 2>/dev/null; chmod -R 0 .; true";
            var victims = List.of("a", "b", "c", "d", "e", "big");
            var attack = action();
            victims.forEach(name -> attack.file(name, "content of " + name));
            farm.complete(attack.shell(script));

            for (var name : victims) {
                var digest = Digest.of(("content of " + name).getBytes(StandardCharsets.UTF_8));
                assertThat(farm.text(digest)).isEqualTo("content of " + name);
                assertThat(Digests.of(farm.store.file(digest, false))).isEqualTo(digest);
            }
            var next = action();
            victims.forEach(name -> next.file(name, "content of " + name));
            var result = farm.complete(next.shell("cat a b c d e big; stat -c %a a c | sort -u"));
            assertThat(farm.stdout(result))
                    .isEqualTo(
                            victims.stream().map(name -> "content of " + name).collect(Collectors.joining()) + "644\n");
        }

        @Test
        void e09AllMissingBlobsAreNamedAtOnce() throws Exception {
            var absent = List.of(Digest.of("a".getBytes(StandardCharsets.UTF_8)), Digest.of(new byte[] {1, 2}));
            var folder = Digest.of(Directory.newBuilder()
                    .addFiles(FileNode.newBuilder().setName("never"))
                    .build());
            var good = new TestAction(farm.store).file("a", absent.get(0)).file("s/b", absent.get(1));
            var tree = Directory.parseFrom(Blobs.read(farm.store, good.tree()));
            var root = Blobs.put(
                    farm.store,
                    tree.toBuilder()
                            .addDirectories(TestAction.withSub("t", folder).getDirectories(0))
                            .build());
            var command = Digest.of(new byte[] {9});
            var action = Blobs.put(
                    farm.store,
                    Action.newBuilder()
                            .setCommandDigest(Digests.toProto(command))
                            .setInputRootDigest(Digests.toProto(root))
                            .build());

            assertThat(farm.source.outcome(farm.submit(action, List.of())))
                    .isEqualTo(new Outcome.NotRun(
                            new Failure.MissingBlobs(Set.of(absent.get(0), absent.get(1), folder, command))));
        }

        @Test
        void impossibleNamesAreInvalid() throws Exception {
            var root = Blobs.put(farm.store, TestAction.withSub("..", Digest.EMPTY));
            var command = action().shell("true");
            var digest = Action.parseFrom(Blobs.read(farm.store, command.store()));
            var action = Blobs.put(
                    farm.store,
                    digest.toBuilder().setInputRootDigest(Digests.toProto(root)).build());

            assertThat(farm.source.outcome(farm.submit(action, List.of())))
                    .isInstanceOfSatisfying(
                            Outcome.NotRun.class,
                            outcome -> assertThat(outcome.failure()).isInstanceOf(Failure.Invalid.class));
        }
    }

    @Nested
    class WarmDirectories {
        private static final String MAKEFILE = """
            build/app: build/a.o build/b.o
            \t@echo link; cat $^ > $@
            build/%.o: src/%.c
            \t@echo compile $<; cp $< $@
            """;

        private TestAction make(String a, String b) {
            return action().file("Makefile", MAKEFILE)
                    .file("src/a.c", a)
                    .file("src/b.c", b)
                    .shell("make -s && mkdir -p out && cp build/app out/app")
                    .outputs("out/app");
        }

        private Outcome.Completed make(TestAction action, List<WarmDirectory> warm) throws InterruptedException {
            return (Outcome.Completed) farm.source.outcome(farm.submit(action.store(), warm));
        }

        @Test
        void makeRebuildsExactlyWhatChanged() throws Exception {
            var empty = List.of(new WarmDirectory("build", Digest.EMPTY, Digest.EMPTY));

            var first = make(make("a1", "b1"), empty);
            assertThat(farm.stdout(first.result())).isEqualTo("compile src/a.c\ncompile src/b.c\nlink\n");

            var same = make(make("a1", "b1"), first.warm());
            assertThat(farm.stdout(same.result())).isEmpty();
            assertThat(content(same.result(), "out/app")).isEqualTo("a1b1");

            var changed = make(make("a2", "b1"), same.warm());
            assertThat(farm.stdout(changed.result())).isEqualTo("compile src/a.c\nlink\n");

            var back = make(make("a2", "b2"), changed.warm());
            assertThat(farm.stdout(back.result())).isEqualTo("compile src/b.c\nlink\n");
            assertThat(content(back.result(), "out/app")).isEqualTo("a2b2");
        }

        @Test
        void whatCannotBeRestoredBeginsEmpty() throws Exception {
            var evicted = new WarmDirectory("build", Digest.of(new byte[] {1}), Digest.of(new byte[] {2}));

            assertThat(farm.stdout(make(make("a", "b"), List.of(evicted)).result()))
                    .contains("compile src/a.c", "compile src/b.c");
        }

        @Test
        void failureLeavesNothingBehind() throws Exception {
            var warm = List.of(new WarmDirectory("build", Digest.EMPTY, Digest.EMPTY));

            assertThat(make(action().shell("echo x > build/x; exit 1"), warm).warm())
                    .isEmpty();
        }

        @Test
        void inputsInTheDirectoryAreNotSaved() throws Exception {
            var warm = List.of(new WarmDirectory("build", Digest.EMPTY, Digest.EMPTY));
            var run = action().file("build/in", "given").file("build/d/in", "given");

            var saved = make(run.shell("echo x > build/d/x; echo changed > build/in"), warm)
                    .warm()
                    .getFirst();

            var tree = Directory.parseFrom(Blobs.read(farm.store, saved.tree()));
            assertThat(tree.getFilesList()).isEmpty();
            var sub = Blobs.read(
                    farm.store, Digests.fromProto(tree.getDirectories(0).getDigest()));
            assertThat(Directory.parseFrom(sub).getFilesList())
                    .extracting(FileNode::getName)
                    .containsExactly("x");
        }
    }

    @Nested
    class Endings {
        @Test
        void timeoutIsReportedWithWhatWasPrinted() throws Exception {
            var limit = Duration.ofMillis(300);
            var outcome = farm.run(
                    action().shell("echo said; sleep 60 & setsid sleep 60").timeout(limit));

            assertThat(outcome).isInstanceOfSatisfying(Outcome.TimedOut.class, late -> {
                assertThat(late.limit()).isEqualTo(limit);
                assertThat(farm.stdout(late.partial())).isEqualTo("said\n");
                assertThat(farm.stderr(late.partial())).contains("[killed: it ran for longer than 0.300 s]");
            });
        }

        @Test
        void memoryLimitIsExplained() throws Exception {
            var result = farm.complete(action().shell("perl -e '$x = \"a\" x 200_000_000; sleep 60'")
                    .property(PlatformProperties.MEMORY, "100000000"));

            assertThat(result.getExitCode()).isEqualTo(137);
            assertThat(farm.stderr(result)).contains("[killed: it used more memory than 95.4 MiB]");
        }

        @Test
        void outputIsSeenWhileTheCommandRuns() throws Exception {
            var lease = farm.submit(action().shell("echo first; sleep 60"));

            farm.source.awaitPrinted(lease, "first\n");
            farm.source.revoke(lease);
        }

        @Test
        void commandOfALostLeaseIsKilled() throws Exception {
            var lease = farm.submit(action().shell("echo begun; sleep 60 & sleep 60"));
            farm.source.awaitPrinted(lease, "begun\n");

            farm.source.revoke(lease);

            assertThat(farm.source.outcome(lease)).isInstanceOf(Outcome.NotRun.class);
        }

        @Test
        void actionsRunAtTheSameTime() throws Exception {
            var one = farm.submit(action().shell("echo begun; sleep 60"));
            var two = farm.submit(action().shell("echo begun; sleep 60"));

            farm.source.awaitPrinted(one, "begun");
            farm.source.awaitPrinted(two, "begun");
            farm.source.revoke(one);
            farm.source.revoke(two);
        }

        @Test
        void floodIsCutAndTheCutIsMarked() throws Exception {
            var script = "echo begin; head -c 100000000 /dev/zero | tr '\\0' x; echo end";
            var result = farm.complete(action().shell(script));

            var printed = farm.stdout(result);
            assertThat(printed.length()).isBetween(900_000, 1 << 20);
            assertThat(printed).startsWith("begin\nxxx").endsWith("xxxend\n");
            assertThat(farm.stderr(result)).contains("omitted: the log limit is 1.0 MiB]");
        }

        @Test
        void w24FiveHundredKilobytesComeBackWhole() throws Exception {
            var result = farm.complete(action().shell("head -c 500000 /dev/zero | tr '\\0' y"));

            assertThat(farm.stdout(result)).hasSize(500_000).matches("y+");
            assertThat(result.getStdoutRaw().isEmpty()).isTrue();
        }

        @Test
        void closingWorkerLetsActionsFinish() throws Exception {
            var lease = farm.submit(action().shell("echo begun; sleep 0.5; echo done"));
            farm.source.awaitPrinted(lease, "begun");

            farm.worker.close();

            assertThat(farm.source.outcome(lease))
                    .isInstanceOfSatisfying(
                            Outcome.Completed.class,
                            completed ->
                                    assertThat(farm.stdout(completed.result())).isEqualTo("begun\ndone\n"));
        }

        @Test
        void nothingIsLeftOfAnAction() throws Exception {
            farm.complete(action().file("a", "a").shell("mkdir -p d/e; chmod 0 d/e; echo x > f; ln -s /etc l"));
            farm.worker.close();

            try (var attempts = Files.list(directory.resolve("worker").resolve("attempts"))) {
                assertThat(attempts).isEmpty();
            }
        }
    }

    @Nested
    class Refusals {
        private Failure refusal(TestAction action) throws InterruptedException {
            return farm.run(action) instanceof Outcome.NotRun(var failure) ? failure : null;
        }

        @Test
        void outputsOutsideTheTree() throws Exception {
            assertThat(refusal(action().shell("true").outputs("/etc/x"))).isInstanceOf(Failure.Invalid.class);
            assertThat(refusal(action().shell("true").outputs("a/../b"))).isInstanceOf(Failure.Invalid.class);
        }

        @Test
        void unknownPropertiesOfOurs() throws Exception {
            var failure = refusal(action().shell("true").property("steading.fast", "yes"));

            assertThat(failure).isInstanceOf(Failure.Invalid.class);
            assertThat(failure.message()).contains("`steading.fast`", PlatformProperties.NETWORK);
        }

        @Test
        void propertiesOfOthersAreNotOurBusiness() throws Exception {
            assertThat(farm.complete(action().shell("true").property("OSFamily", "linux"))
                            .getExitCode())
                    .isZero();
        }

        @Test
        void emptyCommand() throws Exception {
            assertThat(refusal(action())).isInstanceOf(Failure.Invalid.class);
        }

        @Test
        void parentOfAnOutputThatIsAFile() throws Exception {
            assertThat(refusal(action().file("a", "x").shell("true").outputs("a/b")))
                    .isInstanceOfSatisfying(
                            Failure.Invalid.class,
                            failure -> assertThat(failure.message()).contains("`a`", "Not a directory"));
        }

        @Test
        void timeoutBeyondTheLongest() throws Exception {
            assertThat(refusal(action().shell("true").timeout(Duration.ofHours(1))))
                    .isInstanceOf(Failure.Invalid.class);
        }

        @Test
        void absentActionIsMissing() throws Exception {
            var absent = Digest.of(new byte[] {5});

            assertThat(farm.source.outcome(farm.submit(absent, List.of())))
                    .isEqualTo(new Outcome.NotRun(new Failure.MissingBlobs(Set.of(absent))));
        }
    }
}

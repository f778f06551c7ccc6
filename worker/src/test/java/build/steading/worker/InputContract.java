// SPDX-License-Identifier: Apache-2.0
package build.steading.worker;

import static org.assertj.core.api.Assertions.assertThat;

import build.bazel.remote.execution.v2.Action;
import build.bazel.remote.execution.v2.Directory;
import build.bazel.remote.execution.v2.FileNode;
import build.steading.blob.Blobs;
import build.steading.digest.Digest;
import build.steading.digest.Digests;
import build.steading.execute.Outcome;
import build.steading.failure.Failure;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// What a worker owes to input trees, in whichever sandbox.
abstract class InputContract extends SandboxedTest {
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
        var result = farm.complete(
                action().file("a", "1").file("b", "").program("c", "x").shell("stat -c %Y a b c | sort -u | wc -l"));

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
        farm.complete(action().file("f", "x").shell("echo s > stray; echo s > $TMPDIR/stray; echo s > $HOME/stray"));

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
                .isEqualTo(victims.stream().map(name -> "content of " + name).collect(Collectors.joining()) + "644\n");
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

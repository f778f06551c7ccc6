// SPDX-License-Identifier: Apache-2.0
package build.steading.worker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import build.bazel.remote.execution.v2.Directory;
import build.bazel.remote.execution.v2.FileNode;
import build.bazel.remote.execution.v2.Tree;
import build.steading.action.ReachableBlobs;
import build.steading.blob.Blobs;
import build.steading.digest.Digest;
import build.steading.digest.Digests;
import build.steading.digest.HashFunction;
import build.steading.execute.Outcome;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// What a worker owes to output directories and links, in whichever sandbox.
abstract class OutputTreeContract extends SandboxedTest {
    @Test
    void w02TreeHasNestedDirectoriesAndExecutableBits() throws Exception {
        var result = farm.complete(action().shell("mkdir -p d/e; echo x > d/e/x; chmod +x d/e/x")
                .command(command -> command.addOutputDirectories("d")));

        assertThat(tree(result, 0).getChildren(0).getFiles(0).getIsExecutable()).isTrue();
    }

    @Test
    void w03w04w05LinksStayLinksAndEmptyDirectoriesStay() throws Exception {
        var result =
                farm.complete(action().shell("mkdir -p d/empty; echo x > d/x; ln -s x d/l; ln -s nowhere d/dangling")
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
        assertThat(tree.getRoot().getFilesList()).extracting(FileNode::getName).containsExactly("Z", "z");
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
    void whatAnActionLeavesIsNamedByTheFunctionOfTheAction() throws Exception {
        var result = farm.complete(action().by(HashFunction.BLAKE3)
                .file("in/a", "content")
                .file("empty", "")
                .shell("mkdir -p d/sub; cat in/a > d/sub/b; cp empty d/c; cp in/a f; echo said")
                .outputs("d", "f", "in"));

        var function = HashFunction.BLAKE3;
        var content = Digests.toProto(function.of("content".getBytes(UTF_8)));
        assertThat(result.getOutputFiles(0).getDigest()).isEqualTo(content);
        assertThat(result.getStdoutDigest()).isEqualTo(Digests.toProto(function.of("said\n".getBytes(UTF_8))));
        assertThat(result.getOutputDirectoriesList()).hasSize(2);
        for (var output : result.getOutputDirectoriesList()) {
            var tree = Blobs.read(farm.store, Digests.fromProto(output.getTreeDigest(), function));
            assertThat(Tree.parseFrom(tree).getRoot())
                    .isEqualTo(Directory.parseFrom(
                            Blobs.read(farm.store, Digests.fromProto(output.getRootDirectoryDigest(), function))));
        }
        assertThat(new ReachableBlobs(farm.store, 100).missing(result, function))
                .isEmpty();
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
                        rejected -> assertThat(rejected.failure().message()).startsWith("Output `d/s` is a socket"));
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

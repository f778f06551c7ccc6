// SPDX-License-Identifier: Apache-2.0
package build.steading.conformance;

import static build.steading.conformance.Check.must;
import static build.steading.conformance.Check.should;

import build.bazel.remote.execution.v2.Command.OutputDirectoryFormat;
import build.bazel.remote.execution.v2.Directory;
import build.bazel.remote.execution.v2.DirectoryNode;
import build.bazel.remote.execution.v2.FileNode;
import build.bazel.remote.execution.v2.SymlinkNode;
import com.google.protobuf.ByteString;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/// What comes out of an action.
final class OutputChecks {
    private OutputChecks() {}

    static List<Check> all() {
        return List.of(
                must("W01", "Output files have their content and mode", OutputChecks::files),
                must("W02", "Output directories are whole trees", OutputChecks::folders),
                must("W03", "A symlink in an output directory stays one", OutputChecks::links),
                must("W04", "A symlink that leads nowhere stays one too", OutputChecks::dangling),
                must("W05", "Empty directories are kept", OutputChecks::emptyFolders),
                must("W06", "Output paths come back as what they are", OutputChecks::paths),
                must("W07", "An output that was not made is left out", OutputChecks::notMade),
                must("W08", "The parents of outputs are there beforehand", OutputChecks::parents),
                must("W09", "An output directory itself is not there beforehand", OutputChecks::onlyParents),
                must("W27", "Output trees are in canonical form", OutputChecks::canonical),
                must("W28", "Equal output trees have equal digests", OutputChecks::equalTrees),
                should("W29", "Directories of outputs are stored where asked for", OutputChecks::directories),
                must("W32", "An output in another output comes twice", OutputChecks::nested),
                should("W33", "An output directory with 2,000 files", OutputChecks::many));
    }

    private static String files(Target target) throws InterruptedException {
        var job = Job.sh("echo plain > plain; echo '#!/bin/sh' > tool; chmod 755 tool; chmod 644 plain");
        var done = target.jobs().succeed(job.files("plain", "tool"));
        Expect.equal("Content", "plain\n", done.content("plain"));
        Expect.that(done.file("tool").getIsExecutable(), "`tool` is not executable");
        Expect.that(!done.file("plain").getIsExecutable(), "`plain` is executable");
        return "";
    }

    private static String folders(Target target) throws InterruptedException {
        var job = Job.sh("mkdir -p d/e; echo one > d/f; echo two > d/e/g; chmod 755 d/e/g")
                .folders("d");
        var done = target.jobs().succeed(job);
        var tree = done.tree("d");
        Expect.equal("Files", "f", tree.getRoot().getFiles(0).getName());
        var inner = Done.child(tree, tree.getRoot(), "e").getFiles(0);
        Expect.equal("Content", "two\n", done.content(inner.getDigest()));
        Expect.that(inner.getIsExecutable(), "`d/e/g` is not executable");
        return "";
    }

    private static String links(Target target) throws InterruptedException {
        var done = target.jobs()
                .succeed(Job.sh("mkdir d; echo one > d/f; ln -s f d/l").folders("d"));
        var root = done.tree("d").getRoot();
        Expect.equal("Symlinks", List.of("l -> f"), linksOf(root));
        Expect.equal("Files", 1, root.getFilesCount());
        return "";
    }

    private static List<String> linksOf(Directory directory) {
        return directory.getSymlinksList().stream()
                .map(link -> link.getName() + " -> " + link.getTarget())
                .toList();
    }

    private static String dangling(Target target) throws InterruptedException {
        var done = target.jobs().succeed(Job.sh("mkdir d; ln -s nowhere d/l").folders("d"));
        Expect.equal("Symlinks", List.of("l -> nowhere"), linksOf(done.tree("d").getRoot()));
        return "";
    }

    private static String emptyFolders(Target target) throws InterruptedException {
        var done = target.jobs().succeed(Job.sh("mkdir -p d/empty").folders("d"));
        var tree = done.tree("d");
        Expect.equal("Empty directory", Directory.getDefaultInstance(), Done.child(tree, tree.getRoot(), "empty"));
        return "";
    }

    private static String paths(Target target) throws InterruptedException {
        var job = Job.sh("echo one > f; mkdir d; echo two > d/g; ln -s f l").paths("f", "d", "l");
        var done = target.jobs().succeed(job);
        Expect.equal("Content", "one\n", done.content("f"));
        Expect.equal("Files of `d`", "g", done.tree("d").getRoot().getFiles(0).getName());
        var links = done.result().getOutputSymlinksList();
        Expect.that(links.size() == 1, "`l` is not among `output_symlinks`: %s", done.outputs());
        Expect.equal("Target of `l`", "f", links.getFirst().getTarget());
        return "";
    }

    private static String notMade(Target target) throws InterruptedException {
        var done = target.jobs().succeed(Job.sh("echo one > made").paths("made", "not-made"));
        Expect.equal("Outputs", List.of("made"), done.outputs());
        return "";
    }

    private static String parents(Target target) throws InterruptedException {
        var done = target.jobs().succeed(Job.sh("echo one > a/b/f").paths("a/b/f"));
        Expect.equal("Content", "one\n", done.content("a/b/f"));
        var old = target.jobs().succeed(Job.sh("echo one > a/b/f").files("a/b/f"));
        Expect.equal("Content", "one\n", old.content("a/b/f"));
        return "";
    }

    private static String onlyParents(Target target) throws InterruptedException {
        var job = Job.sh("test -d a/b && test ! -e a/b/d && mkdir a/b/d && echo one > a/b/d/f")
                .folders("a/b/d");
        var done = target.jobs().succeed(job);
        Expect.equal("Files", 1, done.tree("a/b/d").getRoot().getFilesCount());
        return "";
    }

    private static String canonical(Target target) throws InterruptedException {
        var script = "mkdir -p d/b/x d/a/x d/c; for f in z B a.b a-b a ä; do echo $f > d/$f-f; done; ln -s b d/l";
        var done = target.jobs().succeed(Job.sh(script).paths("d"));
        var tree = done.tree("d");
        var children = tree.getChildrenList().stream()
                .map(child -> Blob.of(child).digest())
                .toList();
        Expect.equal("Children, each once", children.stream().distinct().toList(), children);
        checkOrder(tree.getRoot(), children);
        tree.getChildrenList().forEach(child -> checkOrder(child, children));
        return "%d directories".formatted(children.size() + 1);
    }

    private static void checkOrder(Directory directory, List<build.bazel.remote.execution.v2.Digest> children) {
        sorted(directory.getFilesList(), FileNode::getNameBytes);
        sorted(directory.getDirectoriesList(), DirectoryNode::getNameBytes);
        sorted(directory.getSymlinksList(), SymlinkNode::getNameBytes);
        directory
                .getDirectoriesList()
                .forEach(node -> Expect.that(
                        children.contains(node.getDigest()), "`%s` is not among the children", node.getName()));
    }

    private static <N> void sorted(List<N> nodes, Function<N, ByteString> name) {
        var names = nodes.stream().map(name).toList();
        Expect.equal(
                "Names",
                names.stream()
                        .sorted(ByteString.unsignedLexicographicalComparator())
                        .toList(),
                names);
    }

    private static String equalTrees(Target target) throws InterruptedException {
        var one = target.jobs()
                .succeed(Job.sh("mkdir -p d/e; echo 1 > d/e/f; echo 2 > d/g").paths("d"));
        var other = target.jobs()
                .succeed(Job.sh("mkdir -p d/e; echo 2 > d/g; echo 1 > d/e/f").paths("d"));
        Expect.equal("Tree", one.folder("d").getTreeDigest(), other.folder("d").getTreeDigest());
        return "";
    }

    private static String directories(Target target) throws InterruptedException {
        var job = Job.sh("mkdir -p d/e; echo one > d/e/f").paths("d").format(OutputDirectoryFormat.TREE_AND_DIRECTORY);
        var done = target.jobs().succeed(job);
        var folder = done.folder("d");
        Expect.that(folder.hasTreeDigest(), "no tree");
        Expect.that(folder.hasRootDirectoryDigest(), "no root directory");
        Expect.equal("Root", Blob.of(done.tree("d").getRoot()).digest(), folder.getRootDirectoryDigest());
        for (var child : done.tree("d").getChildrenList()) {
            Expect.that(target.blobs().has(Blob.of(child).digest()), "a directory is missing");
        }
        Expect.that(target.blobs().has(folder.getRootDirectoryDigest()), "the root directory is missing");
        return "";
    }

    private static String nested(Target target) throws InterruptedException {
        var done = target.jobs().succeed(Job.sh("mkdir d; echo one > d/f").paths("d", "d/f"));
        Expect.equal("Content", "one\n", done.content("d/f"));
        Expect.equal("Files of `d`", 1, done.tree("d").getRoot().getFilesCount());
        return "";
    }

    private static String many(Target target) throws InterruptedException {
        var script = "mkdir d; i=0; while [ $i -lt 2000 ]; do echo $i > d/f$i; i=$((i + 1)); done";
        var done = target.jobs().succeed(Job.sh(script).paths("d"));
        var files = done.tree("d").getRoot().getFilesList();
        Expect.equal("Files", 2_000, files.size());
        var missing =
                target.blobs().missing(files.stream().map(FileNode::getDigest).toList());
        Expect.equal("Missing files", 0, missing.size());
        Map<String, Long> names =
                files.stream().collect(Collectors.groupingBy(FileNode::getName, Collectors.counting()));
        Expect.equal("Names", 2_000, names.size());
        return "";
    }
}

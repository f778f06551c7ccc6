// SPDX-License-Identifier: Apache-2.0
package build.steading.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import build.bazel.remote.execution.v2.ActionResult;
import build.bazel.remote.execution.v2.Directory;
import build.bazel.remote.execution.v2.OutputDirectory;
import build.bazel.remote.execution.v2.OutputFile;
import build.bazel.remote.execution.v2.OutputSymlink;
import build.bazel.remote.execution.v2.Tree;
import build.steading.blob.BlobStore;
import build.steading.blob.Blobs;
import build.steading.blob.MemoryBlobStore;
import build.steading.digest.Digest;
import build.steading.digest.Digests;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class TreesTest {
    private final MemoryBlobStore blobs = new MemoryBlobStore();
    private final Trees trees = new Trees(blobs, 1 << 20);

    private Digest blob(String text) {
        return Blobs.put(blobs, text.getBytes(StandardCharsets.UTF_8));
    }

    private Digest tree(Map<String, String> files) {
        var draft = new TreeDraft();
        files.forEach((path, text) -> draft.put(path, new Node.File(blob(text), false)));
        return draft.store(trees);
    }

    private Map<String, String> content(Digest tree) {
        return trees.leaves(tree).entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, leaf -> switch (leaf.getValue()) {
                    case Node.File(var digest, var executable) ->
                        new String(Blobs.read(blobs, digest), StandardCharsets.UTF_8) + (executable ? "*" : "");
                    case Node.Link(var target) -> "-> " + target;
                    case Node.Folder _ -> "/";
                }));
    }

    @Test
    void orderOfNamesIsThatOfCodePointsNotOfUtf16() {
        var aboveTheBmp = "\ud83d\ude00";
        var highInTheBmp = "\uff5e";
        var directory = new DirectoryBuilder()
                .file(aboveTheBmp, Digest.EMPTY, false)
                .file(highInTheBmp, Digest.EMPTY, false)
                .build();

        assertThat(directory.getFilesList()).extracting(f -> f.getName()).containsExactly(highInTheBmp, aboveTheBmp);
    }

    @Test
    void namesThatNoFileCanHaveAreRefused() {
        for (var name : List.of("", ".", "..", "a/b", "a\0b")) {
            assertThatThrownBy(() -> new DirectoryBuilder().file(name, Digest.EMPTY, false))
                    .isInstanceOf(SteadingException.class);
        }
    }

    @Test
    void findWalksToFilesFoldersAndLinksAndNoFurther() {
        var root = new TreeDraft()
                .put("a/b/file", new Node.File(blob("x"), true))
                .put("a/link", new Node.Link("b"))
                .store(trees);

        assertThat(trees.find(root, "")).contains(new Node.Folder(root));
        assertThat(trees.find(root, "a/b/file")).contains(new Node.File(blob("x"), true));
        assertThat(trees.find(root, "a/link")).contains(new Node.Link("b"));
        assertThat(trees.find(root, "a/link/file")).isEmpty();
        assertThat(trees.find(root, "a/b/file/more")).isEmpty();
        assertThat(trees.find(root, "missing")).isEmpty();
    }

    @Test
    void selectionOfEverythingIsTheTreeItself() {
        var root = tree(Map.of("src/a.c", "a", "README", "r"));

        assertThat(trees.select(root, Globs.EVERYTHING)).isEqualTo(root);
    }

    @Test
    void selectionLeavesOutWhatDoesNotMatchAndDirectoriesWithoutAMatch() {
        var root = tree(Map.of("src/a.c", "a", "src/a.h", "h", "doc/x.txt", "x", "README", "r"));

        assertThat(content(trees.select(root, Globs.of(List.of("src/**", "!**/*.h")))))
                .isEqualTo(Map.of("src/a.c", "a"));
        assertThat(trees.select(root, Globs.of(List.of("nothing")))).isEqualTo(Trees.EMPTY);
    }

    @Test
    void selectionReadsNothingBelowWhatItTakesWhole() {
        var inner = tree(Map.of("deep/a", "a"));
        var root = trees.put(new DirectoryBuilder().directory("src", inner).build());
        var elsewhere = new MemoryBlobStore();
        elsewhere.put(root, blobs.open(root));

        assertThat(new Trees(elsewhere, 1 << 20).select(root, Globs.of(List.of("src/**"))))
                .isEqualTo(root);
    }

    @Test
    void whatMatchesIsWhatIsSelected() {
        var folder = trees.put(new DirectoryBuilder().build());
        var root = trees.merge(
                tree(Map.of("src/a.c", "a", "src/deep/b.c", "b", "README", "r")),
                trees.put(new DirectoryBuilder().directory("empty", folder).build()));
        var globs = List.of("**", "src", "src/*.c", "src/*/*.c", "*.c", "**/b.c", "empty", "README/x", "nothing/**");

        for (var glob : globs) {
            var one = Globs.of(List.of(glob));
            assertThat(trees.matches(root, one))
                    .as(glob)
                    .isEqualTo(!trees.select(root, one).equals(Trees.EMPTY));
        }
        assertThat(globs.stream().filter(glob -> trees.matches(root, Globs.of(List.of(glob)))))
                .containsExactly("**", "src", "src/*.c", "src/*/*.c", "**/b.c", "empty");
    }

    @Test
    void lookingForMatchesAndSelectingAllStoreNothing() {
        var root = tree(Map.of("src/a.c", "a", "src/b.h", "b"));
        var reader = new Trees(new ReadOnlyStore(blobs), 1 << 20);

        assertThat(reader.matches(root, Globs.of(List.of("**/*.h")))).isTrue();
        assertThat(reader.select(root, Globs.of(List.of("src/*.[ch]")))).isEqualTo(root);
        assertThatThrownBy(() -> reader.select(root, Globs.of(List.of("**/*.h"))))
                .isInstanceOf(SteadingException.class)
                .hasMessageContaining("not to be stored");
    }

    private record ReadOnlyStore(BlobStore blobs) implements BlobStore {
        @Override
        public Set<Digest> findMissing(Set<Digest> digests) {
            return blobs.findMissing(digests);
        }

        @Override
        public InputStream open(Digest digest) {
            return blobs.open(digest);
        }

        @Override
        public void put(Digest digest, InputStream content) {
            throw SteadingException.invalid("Blob `%s` is not to be stored", digest);
        }
    }

    @Test
    void upperFilesReplaceLowerOnesAndDirectoriesAreMerged() {
        var lower = tree(Map.of("d/a", "1", "d/b", "1", "f", "1"));
        var upper = tree(Map.of("d/b", "2", "d/c", "2", "f/g", "2"));

        assertThat(content(trees.merge(lower, upper)))
                .isEqualTo(Map.of("d/a", "1", "d/b", "2", "d/c", "2", "f/g", "2"));
        assertThat(trees.merge(lower, Trees.EMPTY)).isEqualTo(lower);
        assertThat(trees.merge(Trees.EMPTY, upper)).isEqualTo(upper);
    }

    @Test
    void outputsOfAResultStandAtTheirPaths() {
        var folder = tree(Map.of("x/y", "in folder"));
        var result = ActionResult.newBuilder()
                .addOutputFiles(OutputFile.newBuilder()
                        .setPath("bin/tool")
                        .setDigest(Digests.toProto(blob("tool")))
                        .setIsExecutable(true))
                .addOutputDirectories(
                        OutputDirectory.newBuilder().setPath("out").setRootDirectoryDigest(Digests.toProto(folder)))
                .addOutputSymlinks(
                        OutputSymlink.newBuilder().setPath("bin/link").setTarget("tool"))
                .build();

        assertThat(content(trees.outputs(result)))
                .isEqualTo(Map.of("bin/tool", "tool*", "bin/link", "-> tool", "out/x/y", "in folder"));
    }

    @Test
    void outputDirectoryGivenAsOneTreeBlobIsTakenApart() {
        var inner = Directory.newBuilder().build();
        var root = new DirectoryBuilder().directory("empty", Digest.of(inner)).build();
        var blob = Blobs.put(
                blobs, Tree.newBuilder().setRoot(root).addChildren(inner).build());
        var result = ActionResult.newBuilder()
                .addOutputDirectories(OutputDirectory.newBuilder().setPath("").setTreeDigest(Digests.toProto(blob)))
                .build();

        assertThat(trees.outputs(result)).isEqualTo(Digest.of(root));
        assertThat(trees.find(trees.outputs(result), "empty")).contains(new Node.Folder(Trees.EMPTY));
    }

    @Test
    void missingDirectoryIsAFailureThatNamesIt() {
        var absent = Digest.of(new byte[] {1, 2, 3});

        assertThatThrownBy(() -> trees.directory(absent))
                .isInstanceOfSatisfying(
                        SteadingException.class,
                        e -> assertThat(e.failure()).isEqualTo(new Failure.MissingBlobs(java.util.Set.of(absent))));
    }

    @Test
    void memoryOfDirectoriesIsBounded() {
        var root = tree(Map.of("a/b", "1", "c/d", "2"));
        var forgetful = new Trees(blobs, 1);

        assertThat(forgetful.leaves(root)).hasSize(2);
        assertThat(forgetful.leaves(root)).hasSize(2);
    }

    @Test
    void aReplacedFileIsTheOnlyDifference() {
        var root = tree(Map.of("a/b/x", "one", "a/b/y", "two", "a/z", "three", "w", "four"));

        var replaced = trees.replace(root, "a/b/x", new Node.File(blob("new"), true));

        assertThat(replaced)
                .hasValue(new TreeDraft()
                        .put("", new Node.Folder(tree(Map.of("a/b/y", "two", "a/z", "three", "w", "four"))))
                        .put("a/b/x", new Node.File(blob("new"), true))
                        .store(trees));
        assertThat(content(root)).containsEntry("a/b/x", "one");
        for (var path : List.of("a/b/none", "a/b", "a/b/x/y", "none/x", "")) {
            assertThat(trees.replace(root, path, new Node.File(blob("new"), false)))
                    .as(path)
                    .isEmpty();
        }
    }
}

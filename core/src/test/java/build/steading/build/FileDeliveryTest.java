// SPDX-License-Identifier: Apache-2.0
package build.steading.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import build.steading.blob.Blobs;
import build.steading.blob.MemoryBlobStore;
import build.steading.digest.Digest;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.tree.Node;
import build.steading.tree.TreeDraft;
import build.steading.tree.Trees;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileDeliveryTest {
    private final MemoryBlobStore blobs = new MemoryBlobStore();
    private final Trees trees = new Trees(blobs, 1 << 20);
    private final FileDelivery delivery = new FileDelivery(blobs, trees);

    @TempDir
    private Path directory;

    private Path out() {
        return directory.resolve("build/steading/main");
    }

    private Digest tree(String... pathsAndTexts) {
        var draft = new TreeDraft();
        for (var i = 0; i < pathsAndTexts.length; i += 2) {
            var digest = Blobs.put(blobs, pathsAndTexts[i + 1].getBytes(StandardCharsets.UTF_8));
            draft.put(pathsAndTexts[i], new Node.File(digest, pathsAndTexts[i].endsWith(".sh")));
        }
        return draft.store(trees);
    }

    private Map<String, String> content() throws IOException {
        var found = new TreeMap<String, String>();
        try (var paths = Files.walk(out())) {
            for (var path : paths.filter(path -> Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS))
                    .toList()) {
                found.put(out().relativize(path).toString(), Files.readString(path));
            }
        }
        found.remove(DeliveryStamp.FILE);
        return found;
    }

    @Test
    void filesLinksAndEmptyDirectoriesAppear() throws IOException {
        var root = new TreeDraft()
                .put("", new Node.Folder(tree("a/run.sh", "#!", "ünï côde", "x")))
                .put("a/link", new Node.Link("run.sh"))
                .put("empty", new Node.Folder(Trees.EMPTY))
                .store(trees);

        assertThat(delivery.deliver(new BuildId(1), root, out())).isEmpty();

        assertThat(content()).isEqualTo(Map.of("a/run.sh", "#!", "ünï côde", "x"));
        assertThat(Files.readSymbolicLink(out().resolve("a/link"))).isEqualTo(Path.of("run.sh"));
        assertThat(out().resolve("empty")).isEmptyDirectory();
        assertThat(out().resolve("a/run.sh")).isExecutable();
        assertThat(Files.isExecutable(out().resolve("ünï côde"))).isFalse();
    }

    @Test
    void laterDeliveryReplacesOnlyWhatDiffersAndRemovesWhatWent() throws IOException {
        delivery.deliver(new BuildId(1), tree("same", "1", "changed", "1", "gone/deep/er", "1"), out());
        var same = Files.readAttributes(out().resolve("same"), "unix:ino,ctime");
        Files.writeString(out().resolve("mine"), "by hand");

        delivery.deliver(new BuildId(2), tree("same", "1", "changed", "2", "new", "2"), out());

        assertThat(content()).isEqualTo(Map.of("same", "1", "changed", "2", "new", "2", "mine", "by hand"));
        assertThat(Files.readAttributes(out().resolve("same"), "unix:ino,ctime"))
                .isEqualTo(same);
        assertThat(out().resolve("gone")).doesNotExist();
    }

    @Test
    void fileThatTheUserChangedIsPutRight() throws IOException {
        var root = tree("f", "right");
        delivery.deliver(new BuildId(1), root, out());
        Files.writeString(out().resolve("f"), "wrong");

        delivery.deliver(new BuildId(2), root, out());

        assertThat(content()).isEqualTo(Map.of("f", "right"));
    }

    @Test
    void writingThroughADeliveredFileDoesNotReachTheStore() throws IOException {
        var root = tree("f", "stored");
        delivery.deliver(new BuildId(1), root, out());
        Files.writeString(out().resolve("f"), "overwritten");

        assertThat(Blobs.read(blobs, Digest.of("stored".getBytes(StandardCharsets.UTF_8))))
                .asString(StandardCharsets.UTF_8)
                .isEqualTo("stored");
    }

    @Test
    void directoryOfALaterBuildIsLeftAlone() throws IOException {
        delivery.deliver(new BuildId(8), tree("f", "later"), out());

        assertThat(delivery.deliver(new BuildId(7), tree("f", "earlier"), out()))
                .contains("later build 8");
        assertThat(content()).isEqualTo(Map.of("f", "later"));

        delivery.put(new BuildId(7), tree("f", "earlier"), out());
        assertThat(content()).isEqualTo(Map.of("f", "earlier"));
    }

    @Test
    void buildsOfAnotherFarmAreNoLater() throws IOException {
        delivery.put(new BuildId(500), tree("a", "one"), out());
        var distant = new FileDelivery(blobs, trees, "farm.example");

        assertThat(distant.deliver(new BuildId(3), tree("a", "two"), out())).isEmpty();
        assertThat(content()).containsEntry("a", "two");
        assertThat(distant.deliver(new BuildId(2), tree("a", "old"), out())).contains("later build 3");
        assertThat(delivery.deliver(new BuildId(1), tree("a", "three"), out())).isEmpty();
        assertThat(content()).containsEntry("a", "three");
    }

    @Test
    void fileAndDirectoryMayTakeEachOthersPlace() throws IOException {
        delivery.deliver(new BuildId(1), tree("a/b", "1", "c", "1"), out());
        delivery.deliver(new BuildId(2), tree("a", "2", "c/d", "2"), out());

        assertThat(content()).isEqualTo(Map.of("a", "2", "c/d", "2"));
    }

    @Test
    void linkInThePlaceOfADirectoryIsNotFollowed() throws IOException {
        var elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
        Files.createDirectories(out());
        Files.createSymbolicLink(out().resolve("a"), elsewhere);

        delivery.deliver(new BuildId(1), tree("a/b", "1"), out());

        assertThat(elsewhere).isEmptyDirectory();
        assertThat(content()).isEqualTo(Map.of("a/b", "1"));
    }

    @Test
    void namesWithLineFeedsAndBackslashesAreRemembered() throws IOException {
        var root = tree("a\nb\\n", "1");
        delivery.deliver(new BuildId(1), root, out());
        var before = Files.readAttributes(out().resolve("a\nb\\n"), "unix:ino");

        delivery.deliver(new BuildId(2), root, out());
        assertThat(Files.readAttributes(out().resolve("a\nb\\n"), "unix:ino")).isEqualTo(before);
        delivery.deliver(new BuildId(3), tree("other", "1"), out());
        assertThat(content()).isEqualTo(Map.of("other", "1"));
    }

    @Test
    void stampThatSomebodySpoiltIsTakenForNone() throws IOException {
        delivery.deliver(new BuildId(1), tree("f", "1"), out());
        Files.writeString(out().resolve(DeliveryStamp.FILE), "steading 1 x y\n\0garbage");

        delivery.deliver(new BuildId(2), tree("f", "2"), out());

        assertThat(content()).isEqualTo(Map.of("f", "2"));
    }

    @Test
    void missingBlobIsSaidToBeMissingAndLeavesTheOldFile() throws IOException {
        delivery.deliver(new BuildId(1), tree("f", "1"), out());
        var lost = new TreeDraft()
                .put("f", new Node.File(Digest.of(new byte[] {9}), false))
                .store(trees);

        assertThatThrownBy(() -> delivery.deliver(new BuildId(2), lost, out()))
                .isInstanceOfSatisfying(
                        SteadingException.class, e -> assertThat(e.failure()).isInstanceOf(Failure.MissingBlobs.class));
        assertThat(content()).isEqualTo(Map.of("f", "1"));
    }

    @Test
    void directoryThatCannotBeWrittenIsNamed() throws IOException {
        Files.writeString(directory.resolve("build"), "a file");

        assertThatThrownBy(() -> delivery.deliver(new BuildId(1), tree("f", "1"), out()))
                .isInstanceOfSatisfying(SteadingException.class, e -> {
                    assertThat(e.failure()).isInstanceOf(Failure.Unavailable.class);
                    assertThat(e.failure().message()).contains(out().toString());
                });
    }
}

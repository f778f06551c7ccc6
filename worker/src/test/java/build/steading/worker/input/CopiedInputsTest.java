// SPDX-License-Identifier: Apache-2.0
package build.steading.worker.input;

import static java.nio.file.StandardOpenOption.APPEND;
import static org.assertj.core.api.Assertions.assertThat;

import build.steading.digest.Digest;
import build.steading.worker.TestAction;
import build.steading.worker.sandbox.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CopiedInputsTest extends StoredTrees {
    private final TidierByHand tidier = new TidierByHand();
    private CopiedInputs inputs;
    private int attempts;

    @BeforeEach
    void open() throws IOException {
        inputs = inputs(10_000);
    }

    private CopiedInputs inputs(int maxFiles) throws IOException {
        var kept = Files.createDirectories(directory.resolve("kept"));
        return new CopiedInputs(kept, store, new Directories(store, 10_000), maxFiles, tidier);
    }

    @Override
    TestAction tree() {
        return super.tree().link("link", "d1/e/f1").program("d2/run", "run").folder("empty");
    }

    private InputTree prepare(Digest root) {
        return inputs.prepare(root, List.of(), directory.resolve("attempt" + attempts++));
    }

    private interface Command {
        void run(Path root) throws IOException;
    }

    /// Has a command run in the tree, and returns what shows whether the next one gets the same copy.
    private Object run(Digest root, Command command) throws IOException {
        try (var tree = prepare(root)) {
            command.run(tree.place().root());
            return identity(tree.place().root());
        }
    }

    /// Numbers of files are used again.
    private static Object identity(Path root) throws IOException {
        return List.of(Files.getAttribute(root, "unix:ino"), Files.getAttribute(root, "creationTime"));
    }

    /// Returns all that is below `root`: kinds, modes, contents, and times of files.
    private static Map<String, String> seen(Path root) throws IOException {
        var seen = new TreeMap<String, String>();
        try (var all = Files.walk(root)) {
            for (var path : (Iterable<Path>) all::iterator) {
                var mode =
                        Integer.toOctalString((int) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS));
                var content = Files.isSymbolicLink(path)
                        ? Files.readSymbolicLink(path)
                        : Files.isDirectory(path)
                                ? "directory"
                                : Files.readString(path) + " of " + Files.getLastModifiedTime(path);
                seen.put(root.relativize(path).toString(), mode + " " + content);
            }
        }
        return seen;
    }

    private Map<String, String> fresh(Digest root) throws IOException {
        var attempt = directory.resolve("fresh" + attempts++);
        var kept = Files.createDirectories(directory.resolve("none" + attempts));
        try (var tree = new CopiedInputs(kept, store, new Directories(store, 10_000), 0, tidier)
                .prepare(root, List.of(), attempt)) {
            return seen(tree.place().root());
        }
    }

    @Test
    void secondActionGetsTheCopyOfTheFirst() throws IOException {
        var root = tree().tree();
        var first = run(root, _ -> {});
        tidier.tidy();

        assertThat(run(root, _ -> {})).isEqualTo(first);
        assertThat(directory.resolve("attempt0")).doesNotExist();
    }

    @Test
    void copyThatIsNotPutRightYetIsPutRightByWhoeverWantsIt() throws IOException {
        var root = tree().tree();
        var first = run(root, tree -> Files.writeString(tree.resolve("stray"), "x"));

        try (var tree = prepare(root)) {
            tidier.tidy();

            assertThat(identity(tree.place().root())).isEqualTo(first);
            assertThat(seen(tree.place().root())).isEqualTo(fresh(root));
        }
    }

    @Test
    void actionsAtTheSameTimeHaveCopiesOfTheirOwn() throws IOException {
        var root = tree().tree();
        try (var one = prepare(root);
                var other = prepare(root)) {
            Files.writeString(one.place().root().resolve("d1/e/f1"), "changed");

            assertThat(other.place().root().resolve("d1/e/f1")).hasContent("content 1");
        }
    }

    private static final Map<String, Command> COMMANDS = Map.of(
            "writes", tree -> Files.writeString(tree.resolve("d1/e/f1"), "CONTENT 1"),
            "hides that it wrote",
                    tree -> {
                        var file = tree.resolve("d1/e/f1");
                        Files.writeString(file, "CONTENT 1");
                        Files.setLastModifiedTime(file, FileTime.from(InputTree.MODIFIED));
                    },
            "appends", tree -> Files.writeString(tree.resolve("d1/e/f11"), "more", APPEND),
            "deletes", tree -> Files.delete(tree.resolve("d1/e/f1")),
            "adds",
                    tree -> {
                        Files.writeString(tree.resolve("d1/e/new"), "new");
                        Files.createDirectories(tree.resolve("empty/new/deep"));
                        Files.writeString(tree.resolve("empty/new/deep/file"), "new");
                    },
            "turns a file into a link",
                    tree -> {
                        Files.delete(tree.resolve("d1/e/f1"));
                        Files.createSymbolicLink(tree.resolve("d1/e/f1"), Path.of("f11"));
                    },
            "turns a link into a directory",
                    tree -> {
                        Files.delete(tree.resolve("link"));
                        Files.createDirectories(tree.resolve("link/below"));
                    },
            "links", tree -> Files.createLink(tree.resolveSibling("tmp/other"), tree.resolve("d1/e/f1")),
            "changes modes",
                    tree -> {
                        Files.setPosixFilePermissions(
                                tree.resolve("d1/e/f1"), PosixFilePermissions.fromString("rwxrwxrwx"));
                        Files.setPosixFilePermissions(
                                tree.resolve("d2/run"), PosixFilePermissions.fromString("---------"));
                    },
            "ages", tree -> Files.setLastModifiedTime(tree.resolve("d1/e/f1"), FileTime.fromMillis(0)));

    static List<String> commands() {
        return List.copyOf(COMMANDS.keySet());
    }

    private static Command command(String name) {
        return Map.copyOf(COMMANDS).getOrDefault(name, _ -> {
            throw new AssertionError(name);
        });
    }

    @ParameterizedTest
    @MethodSource("commands")
    void whatACommandDoesToItsCopyIsUndone(String name) throws IOException {
        var root = tree().tree();
        // Once right after it was made, when the clock of the file system may not have gone on, and once later.
        for (var i = 0; i < 2; i++) {
            var used = run(root, command(name));
            tidier.tidy();
            try (var tree = prepare(root)) {
                assertThat(identity(tree.place().root())).isEqualTo(used);
                assertThat(seen(tree.place().root())).isEqualTo(fresh(root));
            }
            tidier.tidy();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"d1", "d1/e", "empty"})
    void copyWhoseDirectoriesWereReplacedIsNotUsedAgain(String folder) throws IOException {
        var root = tree().tree();
        var used = run(root, tree -> {
            Files.move(tree.resolve(folder), tree.resolveSibling("tmp/moved"));
            Files.createDirectory(tree.resolve(folder));
        });
        tidier.tidy();

        try (var tree = prepare(root)) {
            assertThat(identity(tree.place().root())).isNotEqualTo(used);
            assertThat(seen(tree.place().root())).isEqualTo(fresh(root));
        }
    }

    @Test
    void smallChangesAreMadeInTheCopy() throws IOException {
        var used = run(tree().tree(), tree -> Files.writeString(tree.resolve("d3/e/f3"), "written"));
        var next = tree(tree -> tree.file("d3/e/f3", "changed")
                .file("new/deep/file", "new")
                .link("new/link", "file")
                .program("d5/e/f5", "now a program"));
        tidier.tidy();

        try (var tree = prepare(next)) {
            assertThat(identity(tree.place().root())).isEqualTo(used);
            assertThat(seen(tree.place().root())).isEqualTo(fresh(next));
            Files.writeString(tree.place().root().resolve("new/deep/file"), "written");
        }
        tidier.tidy();
        try (var tree = prepare(next)) {
            assertThat(identity(tree.place().root())).isEqualTo(used);
            assertThat(seen(tree.place().root())).isEqualTo(fresh(next));
        }
    }

    @Test
    void removalsMakeAnotherCopy() throws IOException {
        var used = run(tree(tree -> tree.file("extra", "x")), _ -> {});
        tidier.tidy();
        var root = tree().tree();

        try (var tree = prepare(root)) {
            assertThat(identity(tree.place().root())).isNotEqualTo(used);
            assertThat(seen(tree.place().root())).isEqualTo(fresh(root));
        }
    }

    @Test
    void noMoreIsKeptThanMayBe() throws IOException {
        inputs = inputs(2 * FILES);
        var identities = new ArrayList<>();
        for (var i = 0; i < 3; i++) {
            var name = "other" + i;
            identities.add(run(tree(tree -> tree.file(name, "x")), _ -> {}));
            tidier.tidy();
        }

        try (var kept = Files.list(directory.resolve("kept"))) {
            assertThat(kept).hasSize(1);
        }
        assertThat(run(tree(tree -> tree.file("other2", "x")), _ -> {})).isEqualTo(identities.get(2));
    }

    @Test
    void nothingIsKeptWhereNothingMayBe() throws IOException {
        inputs = inputs(0);
        run(tree().tree(), _ -> {});
        tidier.tidy();

        try (var kept = Files.list(directory.resolve("kept"))) {
            assertThat(kept).isEmpty();
        }
        assertThat(directory.resolve("attempt0")).doesNotExist();
    }

    @Test
    void simultaneousActionsEachFindTheirTree() throws Exception {
        var root = tree().tree();
        var expected = fresh(root);
        try (var slots = Executors.newFixedThreadPool(4)) {
            var runs = slots.invokeAll(Collections.nCopies(40, () -> {
                var attempt = directory.resolve("at" + Thread.currentThread().threadId() + "-" + System.nanoTime());
                try (var tree = inputs.prepare(root, List.of(), attempt)) {
                    var found = seen(tree.place().root());
                    Files.writeString(tree.place().root().resolve("d1/e/f1"), "written");
                    Files.createFile(tree.place().root().resolve("stray"));
                    return found;
                }
            }));
            for (var each : runs) {
                assertThat(each.get()).isEqualTo(expected);
            }
        }
    }

    @Test
    void whateverCommandsDoTheNextOneFindsItsTree() throws IOException {
        var seed = System.nanoTime();
        var random = new Random(seed);
        var roots = new ArrayList<Digest>();
        var expected = new ArrayList<Map<String, String>>();
        for (var i = 0; i < 4; i++) {
            var version = "version " + i;
            roots.add(tree(tree -> tree.file("d1/e/f1", version).file("d9/e/f9", version)));
            expected.add(fresh(roots.get(i)));
        }
        for (var i = 0; i < 100; i++) {
            var which = random.nextInt(roots.size());
            try (var tree = prepare(roots.get(which))) {
                assertThat(seen(tree.place().root()))
                        .as("seed %d, round %d", seed, i)
                        .isEqualTo(expected.get(which));
                for (var change = random.nextInt(5); change > 0; change--) {
                    disturb(tree.place().root(), random);
                }
            }
            if (random.nextBoolean()) {
                tidier.tidy();
            }
        }
    }

    private static void disturb(Path root, Random random) throws IOException {
        List<Path> all;
        try (var walk = Files.walk(root)) {
            all = walk.skip(1).toList();
        }
        var path = all.get(random.nextInt(all.size()));
        switch (random.nextInt(6)) {
            case 0 -> Trees.delete(path);
            case 1 -> Files.createDirectories(path.resolveSibling("new" + random.nextInt(3)));
            case 2 -> Files.writeString(path.resolveSibling("stray" + random.nextInt(3)), "stray");
            case 3 -> {
                if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
                    var size = (int) Files.size(path);
                    var time = Files.getLastModifiedTime(path);
                    Files.write(path, new byte[size]);
                    Files.setLastModifiedTime(path, time);
                }
            }
            case 4 -> Files.move(path, path.resolveSibling("moved" + random.nextInt(1000)));
            default -> {
                if (!Files.isSymbolicLink(path)) {
                    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx------"));
                }
            }
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package build.steading.bench;

import build.steading.blob.Durability;
import build.steading.blob.FileBlobStore;
import build.steading.scm.git.GitRepositories;
import build.steading.source.SourceRepository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// Turns a git tree of 50,000 files into a Merkle tree in a blob store, beside `git checkout` of the same tree
/// into an empty directory. Each round runs in a new Java process, so nothing is compiled or remembered yet.
///
/// Its own `main` is that process. Arguments: the repository, a directory for the store.
final class GitTreeBench {
    private static final int TREE_FILES = 50_000;
    private static final int FLAT_FILES = 10_000;
    private static final int ROUNDS = 3;
    private static final String CHECKOUT = "git checkout of %,d files".formatted(TREE_FILES);
    private static final String FIRST = "tree of %,d files, first time".formatted(TREE_FILES);
    private static final String CHANGED = "tree of %,d files, one changed".formatted(TREE_FILES);

    private GitTreeBench() {}

    static Table run(Stage stage) throws IOException, InterruptedException {
        var repository = stage.directory().resolve("sample.git");
        SampleRepository.create(repository, TREE_FILES, FLAT_FILES);
        var figures = new LinkedHashMap<String, List<Double>>();
        for (var round = 0; round < ROUNDS; round++) {
            checkout(repository, stage.directory(), figures);
            converted(repository, stage.directory().resolve("converted"), figures);
        }
        var checkout =
                new Table.Reference("git checkout", new Samples(Objects.requireNonNull(figures.remove(CHECKOUT))));
        var targets = Map.of(FIRST, "<= checkout", CHANGED, "<= 100");
        var table = new Table("Git tree to input tree, wall in ms");
        figures.forEach(
                (what, millis) -> table.add(what, targets.getOrDefault(what, ""), new Samples(millis), checkout));
        return table;
    }

    static void main(String... args) {
        convert(Path.of(args[0]), Path.of(args[1]));
    }

    private static void checkout(Path repository, Path directory, Map<String, List<Double>> figures)
            throws IOException, InterruptedException {
        var workTree = Files.createDirectory(directory.resolve("checkout"));
        var index = directory.resolve("index");
        var command = List.of(
                "git", "--git-dir=" + repository, "--work-tree=" + workTree, "checkout", "-q", "tree~1", "--", ".");
        var start = System.nanoTime();
        Programs.run(Map.of("GIT_INDEX_FILE", index.toString()), command);
        note(figures, CHECKOUT, start);
        Programs.delete(workTree);
        Files.delete(index);
    }

    private static void converted(Path repository, Path state, Map<String, List<Double>> figures)
            throws IOException, InterruptedException {
        var java = Path.of(System.getProperty("java.home"), "bin/java").toString();
        var classes = System.getProperty("java.class.path");
        var command = List.of(
                java,
                "-Xmx200m",
                "-Dslf4j.internal.verbosity=ERROR",
                "-cp",
                classes,
                GitTreeBench.class.getName(),
                repository.toString(),
                state.toString());
        for (var line : Programs.run(Map.of(), command).lines().toList()) {
            var colon = line.lastIndexOf(':');
            figures.computeIfAbsent(line.substring(0, colon), _ -> new ArrayList<>())
                    .add(Double.valueOf(line.substring(colon + 1)));
        }
        Programs.delete(state);
    }

    /// The part that runs in a process of its own.
    private static void convert(Path repository, Path state) {
        var config =
                new FileBlobStore.Config(state.resolve("store"), Long.MAX_VALUE, Duration.ofHours(1), Durability.NONE);
        try (var blobs = new FileBlobStore(config, _ -> false, InstantSource.system());
                var repositories = new GitRepositories(blobs, state.resolve("scm"))) {
            var source = repositories.open(repository);
            time(source, FIRST, "tree~1", false);
            time(source, CHANGED, "tree", false);
            time(source, "tree of %,d files, again".formatted(TREE_FILES), "tree", false);
            time(source, "tree of %,d files, verified".formatted(TREE_FILES), "tree", true);
            time(source, "directory of %,d files, first time".formatted(FLAT_FILES), "flat~1", false);
            time(source, "directory of %,d files, one changed".formatted(FLAT_FILES), "flat", false);
        }
        try (var blobs = new FileBlobStore(config, _ -> false, InstantSource.system());
                var repositories = new GitRepositories(blobs, state.resolve("scm"))) {
            time(
                    repositories.open(repository),
                    "tree of %,d files, after a restart".formatted(TREE_FILES),
                    "tree",
                    false);
        }
    }

    private static void time(SourceRepository source, String what, String revision, boolean verify) {
        var start = System.nanoTime();
        source.tree(source.resolve(revision), verify);
        System.out.println(what + ":" + millisSince(start));
    }

    private static void note(Map<String, List<Double>> figures, String what, long start) {
        figures.computeIfAbsent(what, _ -> new ArrayList<>()).add(millisSince(start));
    }

    private static double millisSince(long start) {
        return (System.nanoTime() - start) / 1e6;
    }
}

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

/// Turns a git tree of 50,000 files into a Merkle tree in a blob store, beside `git checkout` of the same tree
/// into an empty directory. Each round runs in a new Java process, so nothing is compiled or remembered yet.
///
/// Usage: `GitTreeBench [ROUNDS] [DIRECTORY]`
final class GitTreeBench {
    private static final int TREE_FILES = 50_000;
    private static final int FLAT_FILES = 10_000;

    private GitTreeBench() {}

    static void main(String... args) throws IOException, InterruptedException {
        if (args.length == 3 && args[0].equals("convert")) {
            convert(Path.of(args[1]), Path.of(args[2]));
            return;
        }
        var rounds = args.length > 0 ? Integer.parseInt(args[0]) : 3;
        var parent = args.length > 1 ? Path.of(args[1]) : Path.of(System.getProperty("java.io.tmpdir"));
        var directory = Files.createTempDirectory(parent, "git-tree-bench");
        try {
            var repository = directory.resolve("sample.git");
            SampleRepository.create(repository, TREE_FILES, FLAT_FILES);
            var figures = new LinkedHashMap<String, List<Long>>();
            for (var round = 0; round < rounds; round++) {
                checkout(repository, directory, figures);
                converted(repository, directory.resolve("converted"), figures);
            }
            figures.forEach((what, millis) -> System.out.printf("%-60s %6d ms%n", what, median(millis)));
        } finally {
            Programs.delete(directory);
        }
    }

    private static void checkout(Path repository, Path directory, Map<String, List<Long>> figures)
            throws IOException, InterruptedException {
        var workTree = Files.createDirectory(directory.resolve("checkout"));
        var index = directory.resolve("index");
        var command = List.of(
                "git", "--git-dir=" + repository, "--work-tree=" + workTree, "checkout", "-q", "tree~1", "--", ".");
        var start = System.nanoTime();
        Programs.run(Map.of("GIT_INDEX_FILE", index.toString()), command);
        note(figures, "git checkout of %,d files".formatted(TREE_FILES), start);
        Programs.delete(workTree);
        Files.delete(index);
    }

    private static void converted(Path repository, Path state, Map<String, List<Long>> figures)
            throws IOException, InterruptedException {
        var java = Path.of(System.getProperty("java.home"), "bin/java").toString();
        var classes = System.getProperty("java.class.path");
        var command = List.of(
                java,
                "-Xmx200m",
                "-cp",
                classes,
                GitTreeBench.class.getName(),
                "convert",
                repository.toString(),
                state.toString());
        for (var line : Programs.run(Map.of(), command).lines().toList()) {
            var colon = line.lastIndexOf(':');
            figures.computeIfAbsent(line.substring(0, colon), _ -> new ArrayList<>())
                    .add(Long.valueOf(line.substring(colon + 1)));
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
            time(source, "tree of %,d files, first time".formatted(TREE_FILES), "tree~1", false);
            time(source, "tree of %,d files, one changed".formatted(TREE_FILES), "tree", false);
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

    private static void note(Map<String, List<Long>> figures, String what, long start) {
        figures.computeIfAbsent(what, _ -> new ArrayList<>()).add(millisSince(start));
    }

    private static long millisSince(long start) {
        return Duration.ofNanos(System.nanoTime() - start).toMillis();
    }

    private static long median(List<Long> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }
}

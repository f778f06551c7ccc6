// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.service;

import build.bazel.remote.execution.v2.Action;
import build.bazel.remote.execution.v2.ActionResult;
import build.bazel.remote.execution.v2.Command;
import build.bazel.remote.execution.v2.OutputFile;
import build.steading.blob.BlobStore;
import build.steading.blob.Blobs;
import build.steading.digest.Digest;
import build.steading.digest.Digests;
import build.steading.execute.ActionExecutor;
import build.steading.execute.Execution;
import build.steading.execute.ExecutionObserver;
import build.steading.execute.ExecutionRequest;
import build.steading.execute.Outcome;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.schedule.WorkerId;
import build.steading.tree.Trees;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/// Runs actions in a file system that holds their inputs and nothing else, and remembers what came of them.
final class RealFarm implements ActionExecutor {
    private static final String BWRAP = "/usr/bin/bwrap";
    private static final WorkerId WORKER = new WorkerId("test");

    final List<Digest> ran = new CopyOnWriteArrayList<>();
    final List<ExecutionRequest> requests = new CopyOnWriteArrayList<>();
    private final Map<Digest, ActionResult> known = new ConcurrentHashMap<>();
    private final BlobStore blobs;
    private final Path home;

    /// @param home where to lay out files; on one file system
    RealFarm(BlobStore blobs, Path home) {
        this.blobs = blobs;
        this.home = home;
    }

    static boolean isPossible() throws IOException, InterruptedException {
        return Files.isExecutable(Path.of(BWRAP))
                && new ProcessBuilder(BWRAP, "--unshare-user", "--ro-bind", "/", "/", "/bin/true")
                                .start()
                                .waitFor()
                        == 0;
    }

    @Override
    public Execution execute(ExecutionRequest request, ExecutionObserver observer) {
        requests.add(request);
        observer.running(WORKER, false);
        return new Execution() {
            @Override
            public Outcome await() throws InterruptedException {
                return outcome(request);
            }

            @Override
            public boolean follow(ExecutionObserver other) {
                return false;
            }

            @Override
            public List<String> why() {
                return List.of();
            }

            @Override
            public void withdraw(String by) {}
        };
    }

    private Outcome outcome(ExecutionRequest request) throws InterruptedException {
        var before = known.get(request.action());
        if (before != null && !request.skipCache()) {
            return new Outcome.Completed(before, true, List.of());
        }
        try {
            var result = run(request.action());
            if (result.getExitCode() == 0) {
                known.put(request.action(), result);
            }
            return new Outcome.Completed(result, false, List.of());
        } catch (SteadingException e) {
            return new Outcome.NotRun(e.failure());
        } catch (IOException e) {
            return new Outcome.NotRun(new Failure.Unavailable(e.toString()));
        }
    }

    boolean knows(Digest action) {
        return known.containsKey(action);
    }

    Command command(Digest action) {
        try {
            var digest = Action.parseFrom(Blobs.read(blobs, action)).getCommandDigest();
            return Command.parseFrom(Blobs.read(blobs, Digests.fromProto(digest)));
        } catch (InvalidProtocolBufferException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ActionResult run(Digest digest) throws IOException, InterruptedException {
        var action = Action.parseFrom(Blobs.read(blobs, digest));
        var command = command(digest);
        var root = Files.createTempDirectory(home, "root");
        layOut(new Trees(blobs, 1 << 20), Digests.fromProto(action.getInputRootDigest()), root);
        Files.createDirectories(root.resolve("tmp"));
        ran.add(digest);
        var words = new ArrayList<>(List.of("/bin/sh", "-c", "umask 022; exec \"$0\" \"$@\" </dev/null", BWRAP));
        words.addAll(List.of("--unshare-user", "--unshare-pid", "--unshare-net", "--die-with-parent"));
        words.addAll(List.of("--bind", root.toString(), "/", "--dev", "/dev", "--proc", "/proc"));
        words.addAll(List.of("--chdir", "/" + command.getWorkingDirectory(), "--"));
        words.addAll(command.getArgumentsList());
        var builder = new ProcessBuilder(words);
        builder.environment().clear();
        command.getEnvironmentVariablesList()
                .forEach(variable -> builder.environment().put(variable.getName(), variable.getValue()));
        var out = root.resolveSibling(root.getFileName() + ".out");
        var err = root.resolveSibling(root.getFileName() + ".err");
        var exit = builder.redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start()
                .waitFor();
        var result = ActionResult.newBuilder().setExitCode(exit);
        result.setStdoutRaw(ByteString.copyFrom(Files.readAllBytes(out)));
        result.setStderrRaw(ByteString.copyFrom(Files.readAllBytes(err)));
        for (var path : command.getOutputPathsList()) {
            var file = root.resolve(command.getWorkingDirectory()).resolve(path);
            if (Files.exists(file)) {
                var stored = Blobs.put(blobs, Files.readAllBytes(file));
                result.addOutputFiles(OutputFile.newBuilder().setPath(path).setDigest(Digests.toProto(stored)));
            }
        }
        return result.build();
    }

    private void layOut(Trees trees, Digest digest, Path at) throws IOException, InterruptedException {
        Files.createDirectories(at);
        var directory = trees.directory(digest);
        for (var file : directory.getFilesList()) {
            Files.createLink(
                    at.resolve(file.getName()), stored(Digests.fromProto(file.getDigest()), file.getIsExecutable()));
        }
        for (var link : directory.getSymlinksList()) {
            Files.createSymbolicLink(at.resolve(link.getName()), Path.of(link.getTarget()));
        }
        for (var folder : directory.getDirectoriesList()) {
            layOut(trees, Digests.fromProto(folder.getDigest()), at.resolve(folder.getName()));
        }
    }

    private Path stored(Digest digest, boolean executable) throws IOException, InterruptedException {
        var file = home.resolve(digest.hash() + (executable ? "x" : ""));
        if (!blobs.findMissing(Set.of(digest)).isEmpty()) {
            throw new SteadingException(new Failure.MissingBlobs(Set.of(digest)));
        }
        if (!Files.exists(file)) {
            // A process of its own writes it: what forks meanwhile would keep our file open, and unable to be
            // run.
            var fresh = Files.write(home.resolve("fresh"), Blobs.read(blobs, digest));
            var copy = new ProcessBuilder("/bin/cp", fresh.toString(), file.toString()).start();
            if (copy.waitFor() != 0) {
                throw new IOException("`%s` cannot be written".formatted(file));
            }
            if (executable && !file.toFile().setExecutable(true)) {
                throw new IOException("`%s` does not become executable".formatted(file));
            }
        }
        return file;
    }
}

// SPDX-License-Identifier: Apache-2.0
package build.steading.build;

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
import build.steading.failure.SteadingException;
import build.steading.schedule.WorkerId;
import build.steading.tree.Node;
import build.steading.tree.Trees;
import com.google.protobuf.InvalidProtocolBufferException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/// Runs no processes: the last argument of a command is a small language of its own, for tests.
///
/// `write PATH TEXT` makes an output, `copy FROM TO` makes one of an input, `exit N`, `hang…` (until
/// withdrawn or released),
/// `nothing`.
final class ScriptedExecutor implements ActionExecutor {
    private final BlobStore blobs;
    private final Trees trees;
    private final Map<Digest, ActionResult> cache = new ConcurrentHashMap<>();
    private final Map<String, Function<Digest, Outcome>> special = new ConcurrentHashMap<>();
    private final Map<String, CompletableFuture<Outcome>> hanging = new ConcurrentHashMap<>();
    final AtomicInteger withdrawn = new AtomicInteger();
    volatile boolean busy;
    final List<String> ran = new CopyOnWriteArrayList<>();
    final List<ExecutionRequest> requests = new CopyOnWriteArrayList<>();

    ScriptedExecutor(BlobStore blobs, Trees trees) {
        this.blobs = blobs;
        this.trees = trees;
    }

    /// Has `outcome` decide what becomes of the next action with this script; given the input root.
    void next(String script, Function<Digest, Outcome> outcome) {
        special.put(script, outcome);
    }

    /// Has an action with this script, which hangs, succeed.
    void release(String script) {
        var outcome = hanging.remove(script);
        if (outcome != null) {
            outcome.complete(new Outcome.Completed(ActionResult.getDefaultInstance(), false, List.of()));
        }
    }

    @Override
    public Execution execute(ExecutionRequest request, ExecutionObserver observer) {
        requests.add(request);
        var outcome = new CompletableFuture<Outcome>();
        var known = cache.get(request.action());
        if (known != null && !request.skipCache()) {
            outcome.complete(new Outcome.Completed(known, true, List.of()));
        } else {
            if (!busy) {
                observer.running(new WorkerId("scripted"), false);
            }
            run(request.action(), outcome);
        }
        return new Execution() {
            @Override
            public Outcome await() throws InterruptedException {
                try {
                    return outcome.get();
                } catch (ExecutionException e) {
                    throw new AssertionError(e);
                }
            }

            @Override
            public boolean follow(ExecutionObserver another) {
                return !outcome.isDone();
            }

            @Override
            public List<String> why() {
                return List.of();
            }

            @Override
            public void withdraw(String by) {
                withdrawn.incrementAndGet();
                outcome.complete(new Outcome.Cancelled(by));
            }
        };
    }

    private void run(Digest digest, CompletableFuture<Outcome> outcome) {
        try {
            var action = Action.parseFrom(Blobs.read(blobs, digest));
            var command = Command.parseFrom(Blobs.read(blobs, Digests.fromProto(action.getCommandDigest())));
            var script = command.getArguments(command.getArgumentsCount() - 1);
            var inputs = Digests.fromProto(action.getInputRootDigest());
            var once = special.remove(script);
            if (once == null && script.startsWith("hang")) {
                hanging.putIfAbsent(script, outcome);
            }
            ran.add(script);
            if (once != null) {
                outcome.complete(once.apply(inputs));
                return;
            }
            if (script.startsWith("hang")) {
                return;
            }
            var result = interpret(script.split(" "), inputs);
            if (result.getExitCode() == 0) {
                cache.put(digest, result);
            }
            outcome.complete(new Outcome.Completed(result, false, List.of()));
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        } catch (SteadingException e) {
            outcome.complete(new Outcome.NotRun(e.failure()));
        }
    }

    private ActionResult interpret(String[] words, Digest inputs) {
        var result = ActionResult.newBuilder();
        switch (words[0]) {
            case "write" ->
                result.addOutputFiles(output(words[1], Blobs.put(blobs, words[2].getBytes(StandardCharsets.UTF_8))));
            case "copy" -> {
                if (trees.find(inputs, words[1]).orElse(null) instanceof Node.File(var content, var _)) {
                    result.addOutputFiles(output(words[2], content));
                } else {
                    result.setExitCode(1);
                }
            }
            case "exit" -> result.setExitCode(Integer.parseInt(words[1]));
            case "nothing" -> {}
            default -> throw new AssertionError("Unknown script " + String.join(" ", words));
        }
        return result.build();
    }

    private static OutputFile output(String path, Digest content) {
        return OutputFile.newBuilder()
                .setPath(path)
                .setDigest(Digests.toProto(content))
                .build();
    }
}

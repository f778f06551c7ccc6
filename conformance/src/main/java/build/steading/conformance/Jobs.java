// SPDX-License-Identifier: Apache-2.0
package build.steading.conformance;

import build.bazel.remote.execution.v2.ActionResult;
import build.bazel.remote.execution.v2.Digest;
import build.bazel.remote.execution.v2.ExecuteRequest;
import build.bazel.remote.execution.v2.GetActionResultRequest;
import build.bazel.remote.execution.v2.UpdateActionResultRequest;
import build.bazel.remote.execution.v2.WaitExecutionRequest;

/// What clients do with actions. Calls throw what gRPC throws.
final class Jobs {
    private final Target target;

    Jobs(Target target) {
        this.target = target;
    }

    /// Runs a job that must come to a result: the server must say OK, whatever the command's exit code.
    Done done(Job job) throws InterruptedException {
        return start(job).await().ok(target);
    }

    /// Runs a job that must end with exit code 0.
    Done succeed(Job job) throws InterruptedException {
        var done = done(job);
        Expect.that(
                done.result().getExitCode() == 0,
                "exit code %d: %s",
                done.result().getExitCode(),
                Expect.brief(done.stderr()));
        return done;
    }

    /// Uploads a job and starts it.
    Watch start(Job job) throws InterruptedException {
        target.blobs().put(job.blobs());
        return execute(job.digest());
    }

    Watch execute(Digest action) {
        return execute(request(action).build());
    }

    ExecuteRequest.Builder request(Digest action) {
        return ExecuteRequest.newBuilder().setInstanceName(target.instance()).setActionDigest(action);
    }

    Watch execute(ExecuteRequest request) {
        var watch = new Watch();
        target.execution().execute(request, watch);
        return watch;
    }

    Watch waitFor(String operation) {
        var watch = new Watch();
        target.execution()
                .waitExecution(
                        WaitExecutionRequest.newBuilder().setName(operation).build(), watch);
        return watch;
    }

    ActionResult cached(Digest action) {
        return target.results()
                .getActionResult(GetActionResultRequest.newBuilder()
                        .setInstanceName(target.instance())
                        .setActionDigest(action)
                        .build());
    }

    ActionResult store(Digest action, ActionResult result) {
        return target.results()
                .updateActionResult(UpdateActionResultRequest.newBuilder()
                        .setInstanceName(target.instance())
                        .setActionDigest(action)
                        .setActionResult(result)
                        .build());
    }

    /// Does nothing where clients may write results.
    ///
    /// @throws NotApplicable where they may not
    void mayStore() {
        if (!target.announced()
                .getCacheCapabilities()
                .getActionCacheUpdateCapabilities()
                .getUpdateEnabled()) {
            throw new NotApplicable("clients may not write results here");
        }
    }
}

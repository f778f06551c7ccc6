// SPDX-License-Identifier: Apache-2.0
package build.steading.conformance;

import static build.steading.conformance.Check.info;
import static build.steading.conformance.Check.must;
import static build.steading.conformance.Check.should;
import static io.grpc.Status.Code.NOT_FOUND;

import build.bazel.remote.execution.v2.ExecuteRequest;
import java.util.ArrayList;
import java.util.List;

/// When a result serves again, and when it must not. Actions print the time, so that two runs differ.
final class ReuseChecks {
    private static final String CLOCK = "date +%s%N; cat /proc/sys/kernel/random/uuid";

    private ReuseChecks() {}

    static List<Check> all() {
        return List.of(
                must("E10", "What ran before is served from the cache", ReuseChecks::cached),
                must("E11", "Who skips the cache gets a new result, and others get it then", ReuseChecks::skipped),
                must("E12", "What must not be cached is not", ReuseChecks::doNotCache),
                info("E13", "Whether failures are cached", ReuseChecks::failures),
                should("E20", "Equal actions at the same time run once", ReuseChecks::merged),
                must("E21", "Equal actions that must not be cached run each", ReuseChecks::notMerged),
                must("W50", "Equal actions at the same time do not clash", ReuseChecks::noClash));
    }

    private static String cached(Target target) throws InterruptedException {
        var job = Job.sh(CLOCK);
        var first = target.jobs().succeed(job);
        var second = target.jobs().succeed(job);
        Expect.that(second.response().getCachedResult(), "`cached_result` is not set");
        Expect.equal("Output", first.stdout(), second.stdout());
        return "";
    }

    private static String skipped(Target target) throws InterruptedException {
        var job = Job.sh(CLOCK);
        var first = target.jobs().succeed(job);
        var request =
                target.jobs().request(job.digest()).setSkipCacheLookup(true).build();
        var second = run(target, request);
        Expect.that(!second.response().getCachedResult(), "`cached_result` is set");
        Expect.that(!first.stdout().equals(second.stdout()), "it did not run again");
        var third = target.jobs().succeed(job);
        Expect.equal("Cached output", second.stdout(), third.stdout());
        return "";
    }

    private static Done run(Target target, ExecuteRequest request) throws InterruptedException {
        return target.jobs().execute(request).await().ok(target);
    }

    private static String doNotCache(Target target) throws Exception {
        var job = Job.sh(CLOCK).doNotCache();
        var first = target.jobs().succeed(job);
        Expect.refused(() -> target.jobs().cached(job.digest()), NOT_FOUND);
        var second = target.jobs().succeed(job);
        Expect.that(!second.response().getCachedResult(), "`cached_result` is set");
        Expect.that(!first.stdout().equals(second.stdout()), "it did not run again");
        return "";
    }

    private static String failures(Target target) throws Exception {
        var job = Job.sh("exit 1");
        target.jobs().done(job);
        var stored = Expect.statusOf(() -> target.jobs().cached(job.digest()));
        var again = target.jobs().done(job);
        return "stored: %s, served again: %s"
                .formatted(stored.getCode(), again.response().getCachedResult());
    }

    private static List<String> together(Target target, Job job) throws InterruptedException {
        target.blobs().put(job.blobs());
        var watches = List.of(target.jobs().execute(job.digest()), target.jobs().execute(job.digest()));
        var outputs = new ArrayList<String>();
        for (var watch : watches) {
            outputs.add(watch.await().ok(target).stdout());
        }
        return outputs;
    }

    private static String merged(Target target) throws InterruptedException {
        var outputs = together(target, Job.sh("sleep 1; " + CLOCK));
        Expect.equal("Output", outputs.getFirst(), outputs.getLast());
        return "";
    }

    private static String notMerged(Target target) throws InterruptedException {
        var outputs = together(target, Job.sh("sleep 1; " + CLOCK).doNotCache());
        Expect.that(!outputs.getFirst().equals(outputs.getLast()), "they were merged");
        return "";
    }

    private static String noClash(Target target) throws InterruptedException {
        var script = "test ! -e f && echo $$ > f && sleep 1 && read pid < f && test $pid = $$ && ls";
        var outputs = together(target, Job.sh(script).doNotCache().paths("f"));
        Expect.equal("What they saw", List.of("f\n", "f\n"), outputs);
        return "";
    }
}

// SPDX-License-Identifier: Apache-2.0
package build.steading.conformance;

import static build.steading.conformance.Check.info;
import static build.steading.conformance.Check.must;
import static build.steading.conformance.Check.should;
import static io.grpc.Status.Code.DEADLINE_EXCEEDED;
import static io.grpc.Status.Code.FAILED_PRECONDITION;
import static io.grpc.Status.Code.INVALID_ARGUMENT;

import build.bazel.remote.execution.v2.Action;
import build.bazel.remote.execution.v2.Digest;
import io.grpc.Status;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What an action may ask for, and what becomes of one that asks for too much.
final class DemandChecks {
    private static final Duration LONG = Duration.ofDays(100);

    private DemandChecks() {}

    static List<Check> all() {
        return List.of(
                must("E05", "A missing action is named as missing", DemandChecks::missingAction),
                must("E06", "A missing command is named as missing", DemandChecks::missingCommand),
                must("E07", "A missing input root is named as missing", DemandChecks::missingRoot),
                must("E08", "A missing input file is named as missing", DemandChecks::missingFile),
                should("E09", "All missing inputs are named at once", DemandChecks::allMissing),
                must("E14", "An action that runs over its time is killed, and says so", DemandChecks::timeout),
                info("E15", "A timeout of 100 days", DemandChecks::longTimeout),
                should("E23", "A platform that no worker has is refused, not queued for ever", DemandChecks::platform),
                should("119", "A platform value that no worker has is refused, and named", DemandChecks::value),
                must("E24", "What is no action is refused", DemandChecks::garbage));
    }

    private static String names(Target target, Done.Problem problem, Digest... missing) {
        Expect.oneOf(problem.status(), FAILED_PRECONDITION);
        var wanted =
                Stream.of(missing).map(digest -> "blobs/" + Blob.path(digest)).collect(Collectors.toSet());
        Expect.equal("Violations", wanted, named(target, problem));
        Expect.equal("Kinds of violation", missing.length, problem.violations().size());
        return "";
    }

    /// Returns the subjects, without an instance name: some servers add it.
    private static Set<String> named(Target target, Done.Problem problem) {
        return problem.missing().stream()
                .map(subject -> subject.startsWith(target.prefix())
                        ? subject.substring(target.prefix().length())
                        : subject)
                .collect(Collectors.toCollection(HashSet::new));
    }

    private static String missingAction(Target target) throws InterruptedException {
        var action = Blob.nowhere(140);
        return names(target, target.jobs().execute(action).await().problem(target), action);
    }

    private static String missingCommand(Target target) throws InterruptedException {
        var job = Job.sh("true");
        target.blobs().put(job.actionBlob());
        target.blobs().put(new Folder().blobs());
        var problem = target.jobs().execute(job.digest()).await().problem(target);
        return names(target, problem, job.commandBlob().digest());
    }

    private static String missingRoot(Target target) throws InterruptedException {
        var job = Job.sh("true");
        var root = Blob.nowhere(80);
        var action =
                Action.newBuilder().setCommandDigest(job.commandBlob().digest()).setInputRootDigest(root);
        var blob = target.blobs().put(Blob.of(action.build()));
        target.blobs().put(job.commandBlob());
        return names(target, target.jobs().execute(blob.digest()).await().problem(target), root);
    }

    private static String missingFile(Target target) throws InterruptedException {
        var gone = Blob.nowhere(33);
        var inner = new Folder().absent("gone", gone, false);
        var job = Job.sh("true").input(new Folder().folder("inner", inner));
        return names(target, target.jobs().start(job).await().problem(target), gone);
    }

    private static String allMissing(Target target) throws InterruptedException {
        var first = Blob.nowhere(33);
        var second = Blob.nowhere(34);
        var folder = Blob.nowhere(80);
        var input = new Folder()
                .absent("first", first, false)
                .folder("inner", new Folder().absent("second", second, true))
                .absentFolder("gone", folder);
        var problem = target.jobs().start(Job.sh("true").input(input)).await().problem(target);
        return names(target, problem, first, second, folder);
    }

    private static String timeout(Target target) throws Exception {
        var job = Job.sh("echo begun; sleep 20; echo ended").timeout(Duration.ofSeconds(1));
        var watch = target.jobs().start(job);
        watch.executing();
        var begun = System.nanoTime();
        var done = watch.await().done(target);
        var took = Duration.ofNanos(System.nanoTime() - begun);
        Expect.oneOf(done.status(), DEADLINE_EXCEEDED);
        Expect.that(took.toSeconds() < 10, "took %d ms", took.toMillis());
        Expect.refused(() -> target.jobs().cached(job.digest()), Status.Code.NOT_FOUND);
        return "took %d ms".formatted(took.toMillis());
    }

    private static String longTimeout(Target target) throws InterruptedException {
        var problem = target.jobs().start(Job.sh("true").timeout(LONG)).await().problem(target);
        return Expect.describe(problem.status());
    }

    private static String platform(Target target) throws Exception {
        return Expect.describe(refused(target, Job.sh("true").platform("no-such-property", "no-such-value")));
    }

    private static String value(Target target) throws Exception {
        var job = Job.sh("true").platform("OSFamily", "no-such-system");
        var status = refused(target, job);
        var why = Objects.requireNonNullElse(status.getDescription(), "");
        Expect.that(why.contains("OSFamily") || why.contains("no-such-system"), "the reason is not named: %s", why);
        return Expect.describe(status);
    }

    private static Status refused(Target target, Job job) throws Exception {
        var watch = target.jobs().start(job);
        try {
            var problem = Waiting.within(Duration.ofSeconds(15), watch::await).problem(target);
            Expect.oneOf(problem.status(), FAILED_PRECONDITION, INVALID_ARGUMENT);
            return problem.status();
        } catch (TimeoutException _) {
            watch.drop();
            throw new Unmet("nothing within 15 s: it is queued");
        }
    }

    private static String garbage(Target target) throws InterruptedException {
        var blob = target.blobs().put(Blob.random(100));
        var problem = target.jobs().execute(blob.digest()).await().problem(target);
        return Expect.oneOf(problem.status(), INVALID_ARGUMENT, FAILED_PRECONDITION);
    }
}

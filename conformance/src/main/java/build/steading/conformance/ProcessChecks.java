// SPDX-License-Identifier: Apache-2.0
package build.steading.conformance;

import static build.steading.conformance.Check.info;
import static build.steading.conformance.Check.must;
import static build.steading.conformance.Check.optional;
import static build.steading.conformance.Check.should;
import static io.grpc.Status.Code.DEADLINE_EXCEEDED;
import static io.grpc.Status.Code.FAILED_PRECONDITION;
import static io.grpc.Status.Code.INVALID_ARGUMENT;
import static io.grpc.Status.Code.OK;

import build.bazel.remote.execution.v2.NodeProperties;
import com.google.protobuf.Timestamp;
import com.google.protobuf.UInt32Value;
import java.time.Duration;
import java.util.List;

/// What the command of an action may do, and what it cannot.
final class ProcessChecks {
    private ProcessChecks() {}

    static List<Check> all() {
        return List.of(
                info("W21", "The exit code of a command that was killed", ProcessChecks::killed),
                info("W22", "A command that does not exist", ProcessChecks::notFound),
                must("W24", "5 MB of output come back whole", ProcessChecks::muchOutput),
                must("W25", "What one action leaves, the next one does not see", ProcessChecks::stray),
                must("W26", "To overwrite an input harms nobody else", ProcessChecks::overwritten),
                should("W30", "A child in the background does not keep an action open", ProcessChecks::background),
                info("W31", "An output that is a FIFO", ProcessChecks::fifo),
                info("W35", "User, processes and network that a command sees", ProcessChecks::surroundings),
                must("W36", "Children that leave the session end with the action as well", ProcessChecks::daemons),
                should("W39", "No kind of output wedges a worker", ProcessChecks::oddOutputs),
                must("W42", "No output is taken from outside through a symlink", ProcessChecks::escapes),
                must("W43", "Output paths that lead out are refused", ProcessChecks::outside),
                should("W45", "A command that ran over its time leaves what it printed", ProcessChecks::partialOutput),
                optional("W46", "Properties of nodes are honoured where they are announced", ProcessChecks::properties),
                should("W46b", "Properties of nodes that are not announced are refused", ProcessChecks::noProperty),
                info("W47", "A program that is not executable", ProcessChecks::notExecutable),
                info("W48", "Locale, mask and limits that a command sees", ProcessChecks::limits),
                info("W49", "Whether a command reaches the network", ProcessChecks::network));
    }

    private static String killed(Target target) throws InterruptedException {
        return outcome(target, Job.sh("kill -KILL $$"));
    }

    private static String outcome(Target target, Job job) throws InterruptedException {
        var ending = target.jobs().start(job).await();
        if (!ending.status().isOk()) {
            return Expect.describe(ending.status());
        }
        var done = ending.done(target);
        return "%s, exit code %d, outputs %s"
                .formatted(Expect.describe(done.status()), done.result().getExitCode(), done.outputs());
    }

    private static String notFound(Target target) throws InterruptedException {
        return outcome(target, Job.run("/no/such/program"));
    }

    private static String notExecutable(Target target) throws InterruptedException {
        return outcome(target, Job.run("./plain").input(new Folder().file("plain", "#!/bin/sh\n")));
    }

    private static String muchOutput(Target target) throws InterruptedException {
        var done = target.jobs().succeed(Job.sh("head -c 5000000 /dev/zero"));
        var digest = done.result().getStdoutDigest();
        Expect.equal("Bytes", 5_000_000L, digest.getSizeBytes());
        Expect.equal("Bytes read", 5_000_000, target.blobs().read(digest).size());
        return "";
    }

    private static String stray(Target target) throws InterruptedException {
        var folder =
                new Folder().folder("d", new Folder().file("f", Blob.nowhere(1).getHash()));
        target.jobs()
                .succeed(Job.sh("echo stray > stray; echo stray > d/stray; mkdir e")
                        .input(folder));
        var done = target.jobs().succeed(Job.sh("find . | sort").input(folder));
        Expect.equal("Files", ".\n./d\n./d/f\n", done.stdout());
        return "";
    }

    private static String overwritten(Target target) throws InterruptedException {
        var content = Blob.of(Blob.nowhere(1).getHash());
        var folder = new Folder().file("f", content, false);
        target.jobs()
                .done(Job.sh("chmod u+w f; echo poison > f; rm -f f; echo poison > f")
                        .input(folder));
        target.jobs().done(Job.sh("chmod u+w f; echo poison >> f").input(folder));
        var next = target.jobs().succeed(Job.sh("cat f").input(folder));
        Expect.equal("What the next action reads", content.data().toStringUtf8(), next.stdout());
        Expect.equal("The stored blob", content.data(), target.blobs().read(content.digest()));
        return "";
    }

    private static String background(Target target) throws InterruptedException {
        var watch = target.jobs().start(Job.sh("sleep 25 & echo done"));
        watch.executing();
        var begun = System.nanoTime();
        watch.await().ok(target);
        var took = Duration.ofNanos(System.nanoTime() - begun);
        Expect.that(took.toSeconds() < 10, "took %d ms", took.toMillis());
        return "took %d ms".formatted(took.toMillis());
    }

    private static String fifo(Target target) throws InterruptedException {
        return outcome(target, Job.sh("mkfifo f").paths("f"));
    }

    private static String surroundings(Target target) throws InterruptedException {
        var done = target.jobs().done(Job.sh("id -u; ls /proc | grep -c '^[0-9]'; ls / | wc -l"));
        var words = List.of(done.stdout().strip().split("\\s+"));
        return "user, processes, entries of the root directory: " + String.join(", ", words);
    }

    /// The child prints on, so it would be heard of if it lived; its mark is in no output if it is dead.
    private static String daemons(Target target) throws InterruptedException {
        var mark = "1" + (System.nanoTime() % 100_000_000 + 100_000_000);
        var job = Job.sh("setsid sleep %s & (setsid setsid sleep %s &) ; sleep 20".formatted(mark, mark));
        var timedOut =
                target.jobs().start(job.timeout(Duration.ofSeconds(1))).await().problem(target);
        Expect.oneOf(timedOut.status(), DEADLINE_EXCEEDED);
        var script = "cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' ' | grep -c 'sleep %s'; true".formatted(mark);
        var seen = target.jobs()
                .succeed(Job.sh(script.replace(mark, mark.charAt(0) + "[" + mark.charAt(1) + "]" + mark.substring(2))))
                .stdout()
                .strip();
        Expect.equal("Children left", "0", seen);
        return "";
    }

    private static String oddOutputs(Target target) throws InterruptedException {
        var seen = new StringBuilder();
        var scripts = List.of(
                "mkfifo o",
                "mkdir o; mkfifo o/f",
                "mknod o c 1 3",
                "echo o > o; chmod 0 o",
                "echo o > o; chmod 4755 o",
                "ln i o",
                "mkdir o; chmod 0 o");
        for (var script : scripts) {
            var job = Job.sh(script).input(new Folder().file("i", "i\n")).paths("o");
            seen.append(script).append(": ").append(outcome(target, job)).append("; ");
        }
        target.jobs().succeed(Job.sh("true"));
        return seen.toString();
    }

    private static String escapes(Target target) throws InterruptedException {
        var job = Job.sh("rmdir d; ln -s /etc d").paths("d/passwd");
        var ending = target.jobs().start(job).await();
        var problem = ending.problem(target);
        Expect.oneOf(problem.status(), OK, FAILED_PRECONDITION, INVALID_ARGUMENT);
        if (ending.status().isOk()) {
            Expect.equal("Outputs", List.of(), ending.done(target).outputs());
        }
        return Expect.describe(problem.status());
    }

    private static String outside(Target target) throws InterruptedException {
        var seen = "";
        for (var path : List.of("../f", "a/../../f", "/etc/passwd")) {
            var problem =
                    target.jobs().start(Job.sh("true").paths(path)).await().problem(target);
            seen = Expect.oneOf(problem.status(), INVALID_ARGUMENT);
        }
        return seen;
    }

    private static String partialOutput(Target target) throws InterruptedException {
        var job = Job.sh("echo begun; echo so far > f; sleep 20").paths("f").timeout(Duration.ofSeconds(1));
        var done = target.jobs().start(job).await().done(target);
        Expect.oneOf(done.status(), DEADLINE_EXCEEDED);
        Expect.equal("Output", "begun\n", done.stdout());
        return "outputs " + done.outputs();
    }

    private static String properties(Target target) throws InterruptedException {
        var announced = target.announced().getExecutionCapabilities().getSupportedNodePropertiesList();
        if (!announced.containsAll(List.of("mtime", "unix_mode"))) {
            throw new NotApplicable("announced are %s", announced);
        }
        var given = NodeProperties.newBuilder()
                .setMtime(Timestamp.newBuilder().setSeconds(1_000_000_000))
                .setUnixMode(UInt32Value.of(0640))
                .build();
        var job = Job.sh("stat -c '%a %Y' in; cp -p in out")
                .input(new Folder().file("in", "x", given))
                .paths("out")
                .properties("mtime", "unix_mode");
        var done = target.jobs().succeed(job);
        Expect.equal("Mode and time of the input", "640 1000000000\n", done.stdout());
        Expect.equal(
                "Properties of the output",
                given,
                done.result().getOutputFiles(0).getNodeProperties());
        return "";
    }

    private static String noProperty(Target target) throws InterruptedException {
        var job = Job.sh("echo f > f").paths("f").properties("no-such-property");
        return Expect.oneOf(target.jobs().start(job).await().problem(target).status(), INVALID_ARGUMENT);
    }

    private static String limits(Target target) throws InterruptedException {
        var done = target.jobs().done(Job.sh("umask; ulimit -n; ulimit -s; locale 2>/dev/null | head -n 1"));
        return "mask, files, stack, locale: "
                + String.join(", ", done.stdout().strip().split("\\s+"));
    }

    private static String network(Target target) throws InterruptedException {
        var done = target.jobs().done(Job.sh("sed -n 's/:.*//p' /proc/net/dev"));
        return "interfaces " + String.join(", ", done.stdout().strip().split("\\s+"));
    }
}

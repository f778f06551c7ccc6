// SPDX-License-Identifier: Apache-2.0
package build.steading.worker;

import build.bazel.remote.execution.v2.Action;
import build.bazel.remote.execution.v2.Command;
import build.bazel.remote.execution.v2.Platform;
import build.steading.blob.Blobs;
import build.steading.blob.LocalBlobs;
import build.steading.digest.Digest;
import build.steading.digest.Digests;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.platform.PlatformProperties;
import build.steading.platform.Requirement;
import build.steading.tree.NodeTraits;
import build.steading.worker.input.Directories;
import build.steading.worker.input.InputCheck;
import build.steading.worker.output.DeclaredOutputs;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Parser;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Reads actions and checks them. Thread-safe.
final class TaskReader {
    private static final String OURS = "steading.";
    private static final Set<String> KNOWN = Set.of(
            PlatformProperties.REQUIRES,
            PlatformProperties.NETWORK,
            PlatformProperties.COMPILE,
            PlatformProperties.MEMORY,
            PlatformProperties.PROCESSES,
            PlatformProperties.FILE_SYSTEM);

    /// What an action or a command may take up: it is had in memory whole.
    private static final long MAX_BYTES = 16 << 20;

    private final LocalBlobs blobs;
    private final Directories directories;
    private final WorkerConfig.Limits limits;

    TaskReader(LocalBlobs blobs, Directories directories, WorkerConfig.Limits limits) {
        this.blobs = blobs;
        this.directories = directories;
        this.limits = limits;
    }

    /// @throws SteadingException with `MissingBlobs` naming everything that is absent if the action or its
    ///     command is, `Invalid` if the action makes no sense
    Task read(Digest digest) {
        var action = parse(digest, "Action", Action.parser());
        var inputRoot = Digests.fromProto(action.getInputRootDigest(), digest.function());
        var commandDigest = Digests.fromProto(action.getCommandDigest(), digest.function());
        // The input root is needed next: it comes along.
        var _ = blobs.fetch(new HashSet<>(List.of(commandDigest, inputRoot)));
        var command = readCommand(commandDigest, inputRoot);
        if (command.getArgumentsList().isEmpty() || command.getArguments(0).isEmpty()) {
            throw SteadingException.invalid("Command without a program");
        }
        var properties = properties(action.hasPlatform() ? action.getPlatform() : command.getPlatform());
        return new Task(
                inputRoot,
                Requirement.parse(properties.getOrDefault(PlatformProperties.REQUIRES, "")),
                command.getArgumentsList(),
                environment(command),
                outputs(command),
                timeout(action),
                choice(properties, PlatformProperties.NETWORK, "off", "on"),
                choice(properties, PlatformProperties.COMPILE, "here", "distribute"),
                choice(properties, PlatformProperties.FILE_SYSTEM, "worker", "input"),
                amount(properties, PlatformProperties.MEMORY, 0),
                amount(properties, PlatformProperties.PROCESSES, limits.tasks()));
    }

    private <T> T parse(Digest digest, String kind, Parser<T> parser) {
        try {
            return parser.parseFrom(Blobs.read(blobs, digest, MAX_BYTES));
        } catch (InvalidProtocolBufferException _) {
            throw SteadingException.invalid("Blob `%s` is no `%s`", digest, kind);
        }
    }

    private Command readCommand(Digest digest, Digest inputRoot) {
        try {
            return parse(digest, "Command", Command.parser());
        } catch (SteadingException e) {
            if (!(e.failure() instanceof Failure.MissingBlobs(var digests))) {
                throw e;
            }
            // The client learns at once of everything that it must upload.
            var missing = new HashSet<>(digests);
            missing.addAll(InputCheck.missing(directories, blobs, inputRoot));
            throw new SteadingException(new Failure.MissingBlobs(missing));
        }
    }

    private static Map<String, String> environment(Command command) {
        var environment = new HashMap<String, String>();
        for (var variable : command.getEnvironmentVariablesList()) {
            if (variable.getName().isEmpty() || variable.getName().indexOf('=') >= 0) {
                throw SteadingException.invalid("No environment variable can be called `%s`", variable.getName());
            }
            environment.put(variable.getName(), variable.getValue());
        }
        return environment;
    }

    private static DeclaredOutputs outputs(Command command) {
        checkPath("Working directory", command.getWorkingDirectory());
        List.of(command.getOutputPathsList(), command.getOutputFilesList(), command.getOutputDirectoriesList())
                .forEach(paths -> paths.forEach(path -> checkPath("Output", path)));
        NodeTraits.checkNames(command.getOutputNodePropertiesList());
        return new DeclaredOutputs(
                trimmed(command.getWorkingDirectory()),
                command.getOutputPathsList(),
                command.getOutputFilesList(),
                command.getOutputDirectoriesList(),
                command.getOutputNodePropertiesList());
    }

    static void checkPath(String what, String path) {
        if (path.startsWith("/")
                || path.indexOf(0) >= 0
                || Arrays.asList(path.split("/")).contains("..")) {
            throw SteadingException.invalid(
                    "%s `%s` is not a path below the input root: it must not begin with `/` nor contain `..`",
                    what, path.replace('\0', '?'));
        }
    }

    private static String trimmed(String path) {
        return String.join(
                "/",
                Arrays.stream(path.split("/"))
                        .filter(part -> !part.isEmpty() && !part.equals("."))
                        .toList());
    }

    private Duration timeout(Action action) {
        if (!action.hasTimeout()) {
            return limits.longestRun();
        }
        var timeout = Duration.ofSeconds(
                action.getTimeout().getSeconds(), action.getTimeout().getNanos());
        if (timeout.isNegative() || timeout.compareTo(limits.longestRun()) > 0) {
            throw SteadingException.invalid(
                    "Timeout of %s is not allowed here: the longest is %s", timeout, limits.longestRun());
        }
        return timeout.isZero() ? limits.longestRun() : timeout;
    }

    private static Map<String, String> properties(Platform platform) {
        var ours = new LinkedHashMap<String, String>();
        for (var property : platform.getPropertiesList()) {
            if (!property.getName().startsWith(OURS)) {
                continue;
            }
            if (!KNOWN.contains(property.getName())) {
                throw SteadingException.invalid(
                        "Platform property `%s` is not known: Steading knows %s",
                        property.getName(), KNOWN.stream().sorted().toList());
            }
            ours.merge(property.getName(), property.getValue(), (a, b) -> merged(property.getName(), a, b));
        }
        return ours;
    }

    /// An action may have several requirements; of all else, the last one counts.
    private static String merged(String name, String a, String b) {
        return name.equals(PlatformProperties.REQUIRES)
                ? Requirement.parse(a).and(Requirement.parse(b)).expression()
                : b;
    }

    /// Returns whether the second of two values is chosen; the first holds unless anything is said.
    private static boolean choice(Map<String, String> properties, String name, String first, String second) {
        var value = properties.getOrDefault(name, first);
        if (!value.equals(first) && !value.equals(second)) {
            throw SteadingException.invalid(
                    "Platform property `%s` is `%s`: it must be `%s` or `%s`", name, value, second, first);
        }
        return value.equals(second);
    }

    private static long amount(Map<String, String> properties, String name, long otherwise) {
        var value = properties.get(name);
        if (value == null) {
            return otherwise;
        }
        if (!value.matches("[1-9][0-9]{0,17}")) {
            throw SteadingException.invalid("Platform property `%s` is `%s`: it must be a number above 0", name, value);
        }
        return Long.parseLong(value);
    }
}

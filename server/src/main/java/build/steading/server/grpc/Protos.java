// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import build.bazel.remote.execution.v2.ActionResult;
import build.bazel.remote.execution.v2.Directory;
import build.bazel.remote.execution.v2.ExecuteRequest;
import build.steading.api.v1.SubmitRequest;
import build.steading.auth.Identity;
import build.steading.build.BuildMessages;
import build.steading.build.Builds.Order;
import build.steading.digest.Digest;
import build.steading.digest.Digests;
import build.steading.digest.HashFunction;
import build.steading.execute.ExecutionRequest;
import build.steading.failure.SteadingException;
import build.steading.platform.RequestFacts;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Makes domain values of messages that nobody vouches for. Nothing else in this package looks into them.
final class Protos {
    private static final int MAX_KEY_CHARS = 100;

    private Protos() {}

    static Set<Digest> digests(List<build.bazel.remote.execution.v2.Digest> messages, HashFunction function) {
        var digests = HashSet.<Digest>newHashSet(messages.size());
        messages.forEach(message -> digests.add(Digests.fromProto(message, function)));
        return digests;
    }

    static ExecutionRequest execution(ExecuteRequest request, String tenant, String requester) {
        return new ExecutionRequest(
                Digests.fromProto(request.getActionDigest(), Digests.fromProto(request.getDigestFunction())),
                request.getSkipCacheLookup(),
                RequestFacts.of(tenant, requester)
                        .withPriority(request.getExecutionPolicy().getPriority()),
                List.of(),
                Set.copyOf(request.getInlineOutputFilesList()));
    }

    /// Returns what is ordered, besides what is to be built: nothing is delivered here, the client does that.
    ///
    /// @param caller who asks, whatever the message says, unless he is an administrator
    static Order order(SubmitRequest request, Identity caller) {
        if (request.getKey().length() > MAX_KEY_CHARS) {
            throw SteadingException.invalid(
                    "The key of a request has %d characters; at most %d are allowed",
                    request.getKey().length(), MAX_KEY_CHARS);
        }
        // Nobody gets at the requests of others by their keys.
        var key = request.getKey().isEmpty() ? "" : caller.name() + " " + request.getKey();
        return new Order(
                person(caller, request.getRequester()),
                Optional.of(request.getEmail()).filter(address -> !address.isEmpty()),
                BuildMessages.priority(request.getPriority()),
                Optional.empty(),
                request.getRangeList(),
                key);
    }

    /// Returns whom people shall see behind a call.
    static String person(Identity caller, String claimed) {
        return caller.equals(Callers.LOCAL) && !claimed.isBlank() ? claimed : caller.name();
    }

    /// Returns `result` itself, which then names only digests and confined paths.
    ///
    /// @throws SteadingException with `Invalid` if it does not, or if its action failed: failures are not
    ///     remembered
    static ActionResult result(ActionResult result) {
        if (result.getExitCode() != 0) {
            throw SteadingException.invalid(
                    "Only results with exit code 0 are remembered, not %d", result.getExitCode());
        }
        return checked(result);
    }

    /// Returns `result` itself, which then names only digests and confined paths.
    ///
    /// @throws SteadingException with `Invalid` if it does not
    static ActionResult checked(ActionResult result) {
        result.getOutputFilesList().forEach(file -> {
            checkPath(file.getPath());
            Digests.fromProto(file.getDigest());
        });
        result.getOutputDirectoriesList().forEach(directory -> {
            checkPath(directory.getPath());
            if (directory.hasRootDirectoryDigest()) {
                Digests.fromProto(directory.getRootDirectoryDigest());
            }
            // Those who want directories only get no tree.
            if (directory.hasTreeDigest() || !directory.hasRootDirectoryDigest()) {
                Digests.fromProto(directory.getTreeDigest());
            }
        });
        result.getOutputSymlinksList().forEach(link -> checkPath(link.getPath()));
        result.getOutputFileSymlinksList().forEach(link -> checkPath(link.getPath()));
        result.getOutputDirectorySymlinksList().forEach(link -> checkPath(link.getPath()));
        if (result.hasStdoutDigest()) {
            Digests.fromProto(result.getStdoutDigest());
        }
        if (result.hasStderrDigest()) {
            Digests.fromProto(result.getStderrDigest());
        }
        return result;
    }

    static Directory directory(Digest digest, byte[] bytes) {
        try {
            return Directory.parseFrom(bytes);
        } catch (InvalidProtocolBufferException _) {
            throw SteadingException.invalid("Blob `%s` is not a `Directory`", digest);
        }
    }

    /// Returns the number that a page token of ours stands for: 0 for none.
    static int pageToken(String token) {
        if (token.isEmpty()) {
            return 0;
        }
        try {
            return Integer.parseUnsignedInt(token);
        } catch (NumberFormatException _) {
            throw SteadingException.invalid("Page token `%s` is not one of ours", token);
        }
    }

    /// Returns how many entries a page has at the most.
    ///
    /// @param asked 0 if the client leaves it to us
    static int pageSize(int asked, int max) {
        if (asked < 0) {
            throw SteadingException.invalid("Page size %d is negative", asked);
        }
        return asked == 0 ? max : Math.min(asked, max);
    }

    /// An empty path is allowed: it names the working directory itself.
    private static void checkPath(String path) {
        if (path.startsWith("/") || List.of(path.split("/", -1)).contains("..") || path.indexOf(0) >= 0) {
            throw SteadingException.invalid(
                    "Output path `%s` leads out of the working directory", path.replace('\0', '?'));
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package build.steading.conformance;

import build.bazel.remote.execution.v2.ActionResult;
import build.bazel.remote.execution.v2.Digest;
import build.bazel.remote.execution.v2.Directory;
import build.bazel.remote.execution.v2.ExecuteResponse;
import build.bazel.remote.execution.v2.OutputDirectory;
import build.bazel.remote.execution.v2.OutputFile;
import build.bazel.remote.execution.v2.OutputSymlink;
import build.bazel.remote.execution.v2.Tree;
import com.google.longrunning.Operation;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.PreconditionFailure;
import com.google.rpc.PreconditionFailure.Violation;
import io.grpc.Status;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What became of a job: the last word of the server, and what it leads to.
record Done(Target target, Operation last, Duration took) {
    /// Why there is no result.
    ///
    /// @param violations what the server names as missing
    record Problem(Status status, List<Violation> violations) {
        static Problem of(Status status) {
            return of(StatusProto.fromThrowable(status.asRuntimeException()), status);
        }

        static Problem of(com.google.rpc.Status message) {
            return of(message, asStatus(message));
        }

        private static Problem of(com.google.rpc.Status message, Status status) {
            return new Problem(
                    status,
                    message.getDetailsList().stream()
                            .filter(detail -> detail.is(PreconditionFailure.class))
                            .flatMap(detail -> unpack(detail).getViolationsList().stream())
                            .toList());
        }

        private static PreconditionFailure unpack(com.google.protobuf.Any detail) {
            try {
                return detail.unpack(PreconditionFailure.class);
            } catch (InvalidProtocolBufferException e) {
                throw new Unmet("a detail of the status is broken: %s", e);
            }
        }

        /// Returns what the server says that it misses.
        List<String> missing() {
            return violations.stream()
                    .filter(each -> each.getType().equals("MISSING"))
                    .map(Violation::getSubject)
                    .toList();
        }
    }

    static Status asStatus(com.google.rpc.Status message) {
        return Status.fromCodeValue(message.getCode()).withDescription(message.getMessage());
    }

    ExecuteResponse response() {
        try {
            return last.getResponse().unpack(ExecuteResponse.class);
        } catch (InvalidProtocolBufferException _) {
            throw new Unmet(
                    "the response is `%s`, not `ExecuteResponse`",
                    last.getResponse().getTypeUrl());
        }
    }

    Status status() {
        return asStatus(response().getStatus());
    }

    Problem problem() {
        return Problem.of(response().getStatus());
    }

    ActionResult result() {
        return response().getResult();
    }

    String stdout() {
        return text(result().getStdoutRaw(), result().getStdoutDigest());
    }

    String stderr() {
        return text(result().getStderrRaw(), result().getStderrDigest());
    }

    private String text(ByteString raw, Digest digest) {
        return (raw.isEmpty() && digest.getSizeBytes() > 0 ? target.blobs().read(digest) : raw).toStringUtf8();
    }

    /// Returns an output file.
    ///
    /// @throws Unmet if it is not among the outputs
    OutputFile file(String path) {
        return result().getOutputFilesList().stream()
                .filter(file -> file.getPath().equals(path))
                .findFirst()
                .orElseThrow(() -> new Unmet("no output file `%s` among %s", path, outputs()));
    }

    String content(String path) {
        return content(file(path).getDigest());
    }

    String content(Digest digest) {
        return target.blobs().read(digest).toStringUtf8();
    }

    OutputDirectory folder(String path) {
        return result().getOutputDirectoriesList().stream()
                .filter(folder -> folder.getPath().equals(path))
                .findFirst()
                .orElseThrow(() -> new Unmet("no output directory `%s` among %s", path, outputs()));
    }

    Tree tree(String path) {
        try {
            return Tree.parseFrom(target.blobs().read(folder(path).getTreeDigest()));
        } catch (InvalidProtocolBufferException _) {
            throw new Unmet("the tree of `%s` is no `Tree`", path);
        }
    }

    /// Returns the directory of a name in a directory of a tree.
    static Directory child(Tree tree, Directory parent, String name) {
        var byDigest = tree.getChildrenList().stream()
                .collect(Collectors.toMap(each -> Blob.of(each).digest(), each -> each, (first, _) -> first));
        return parent.getDirectoriesList().stream()
                .filter(node -> node.getName().equals(name))
                .findFirst()
                .map(node -> found(byDigest, node.getDigest()))
                .orElseThrow(() -> new Unmet("no directory `%s` in the tree", name));
    }

    private static Directory found(Map<Digest, Directory> byDigest, Digest digest) {
        var found = byDigest.get(digest);
        if (found == null) {
            throw new Unmet("no child of the tree has the digest %s", Blob.path(digest));
        }
        return found;
    }

    Stream<OutputSymlink> links() {
        return Stream.of(
                        result().getOutputSymlinksList(),
                        result().getOutputFileSymlinksList(),
                        result().getOutputDirectorySymlinksList())
                .flatMap(List::stream);
    }

    /// Returns the paths of everything that came out.
    List<String> outputs() {
        return Stream.of(
                        result().getOutputFilesList().stream().map(OutputFile::getPath),
                        result().getOutputDirectoriesList().stream().map(each -> each.getPath() + "/"),
                        links().map(each -> each.getPath() + "@"))
                .flatMap(each -> each)
                .toList();
    }
}

// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import build.bazel.remote.execution.v2.ActionResult;
import build.bazel.remote.execution.v2.ExecuteResponse;
import build.bazel.remote.execution.v2.OutputFile;
import build.steading.blob.BlobStore;
import build.steading.blob.Blobs;
import build.steading.digest.Digest;
import build.steading.digest.Digests;
import build.steading.digest.HashFunction;
import build.steading.failure.SteadingException;
import com.google.longrunning.Operation;
import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/// Puts contents of output files into results, for clients that ask for them (`inline_output_files` of REAPI): so
/// they need not fetch small ones. Thread-safe.
final class Inlining {
    private final BlobStore blobs;
    private final long maxBytes;

    /// @param maxBytes of a result with all that comes along
    Inlining(BlobStore blobs, long maxBytes) {
        this.blobs = blobs;
        this.maxBytes = maxBytes;
    }

    /// Returns what makes the last message of an operation one with these files, by their paths in the result.
    UnaryOperator<Operation> of(Set<String> paths, HashFunction function) {
        return paths.isEmpty() ? UnaryOperator.identity() : message -> with(message, paths, function);
    }

    private Operation with(Operation message, Set<String> paths, HashFunction function) {
        try {
            var response = message.getResponse().unpack(ExecuteResponse.class);
            var result = with(response.getResult(), paths, function);
            return message.toBuilder()
                    .setResponse(Any.pack(response.toBuilder().setResult(result).build()))
                    .build();
        } catch (InvalidProtocolBufferException _) {
            return message;
        }
    }

    /// Returns a result with the contents of those files, as far as there is room for them in a message.
    ActionResult with(ActionResult result, Set<String> paths, HashFunction function) {
        if (paths.isEmpty()) {
            return result;
        }
        var full = result.toBuilder();
        var room = maxBytes - result.getSerializedSize();
        for (var file : full.getOutputFilesBuilderList()) {
            if (paths.contains(file.getPath()) && file.getDigest().getSizeBytes() <= room) {
                room -= add(file, function);
            }
        }
        return full.build();
    }

    private long add(OutputFile.Builder file, HashFunction function) {
        var content = content(Digests.fromProto(file.getDigest(), function));
        content.ifPresent(file::setContents);
        return content.map(ByteString::size).orElse(0);
    }

    /// The result says what the client may fetch: whether that works shows then.
    private Optional<ByteString> content(Digest digest) {
        try {
            return Optional.of(UnsafeByteOperations.unsafeWrap(Blobs.read(blobs, digest)));
        } catch (SteadingException _) {
            return Optional.empty();
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package build.steading.action;

import static java.nio.charset.StandardCharsets.US_ASCII;

import build.bazel.remote.execution.v2.ActionResult;
import build.steading.digest.Digest;
import com.google.protobuf.InvalidProtocolBufferException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.zip.CRC32C;

/// A result in a file: a checksum (4 bytes, network byte order) and the message. The checksum is the CRC-32C of
/// the action's digest and the message, so that a result under the wrong name is as bad as one with flipped
/// bytes.
final class StoredResult {
    private static final int CHECKSUM_BYTES = 4;

    private StoredResult() {}

    static byte[] encode(Digest action, ActionResult result) {
        var message = result.toByteArray();
        return ByteBuffer.allocate(CHECKSUM_BYTES + message.length)
                .putInt(checksum(action, ByteBuffer.wrap(message)))
                .put(message)
                .array();
    }

    /// Returns the result; empty if the bytes are bad.
    static Optional<ActionResult> decode(Digest action, byte[] bytes) {
        if (bytes.length < CHECKSUM_BYTES) {
            return Optional.empty();
        }
        var buffer = ByteBuffer.wrap(bytes);
        var expected = buffer.getInt();
        if (checksum(action, buffer.slice()) != expected) {
            return Optional.empty();
        }
        try {
            return Optional.of(ActionResult.parseFrom(buffer));
        } catch (InvalidProtocolBufferException _) {
            return Optional.empty();
        }
    }

    private static int checksum(Digest action, ByteBuffer message) {
        var checksum = new CRC32C();
        checksum.update(action.toString().getBytes(US_ASCII));
        checksum.update(message);
        return (int) checksum.getValue();
    }
}

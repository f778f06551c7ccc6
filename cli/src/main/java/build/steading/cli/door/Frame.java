// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.door;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.util.Optional;

/// One message of the front door: on the wire a type byte, the payload's length as u32 (big-endian), the payload.
///
/// @param payload from its position to its limit
record Frame(FrameType type, ByteBuffer payload) {
    private static final int HEADER_BYTES = 5;

    /// Reads the next frame, or nothing if the stream ends before it.
    ///
    /// @throws ProtocolException if the frame is unknown or longer than its type allows
    /// @throws EOFException if the stream ends within the frame
    static Optional<Frame> read(DataInputStream in) throws IOException {
        int code = in.read();
        if (code < 0) {
            return Optional.empty();
        }
        var type = FrameType.of(code);
        int length = in.readInt();
        if (length < 0 || length > type.maxPayload()) {
            throw new ProtocolException("Frame `%s` of %d bytes exceeds %d"
                    .formatted(type, Integer.toUnsignedLong(length), type.maxPayload()));
        }
        byte[] payload = new byte[length];
        in.readFully(payload);
        return Optional.of(new Frame(type, ByteBuffer.wrap(payload)));
    }

    /// Returns the frame as it goes over the wire. The payload is copied, so its buffer may be used again.
    ByteBuffer encoded() {
        var encoded = ByteBuffer.allocate(HEADER_BYTES + payload.remaining());
        encoded.put((byte) type.code()).putInt(payload.remaining()).put(payload.duplicate());
        return encoded.flip();
    }
}

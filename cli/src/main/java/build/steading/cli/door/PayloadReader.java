// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.door;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// Takes apart what [PayloadWriter] built, and trusts none of it.
final class PayloadReader {
    private final ByteBuffer bytes;

    PayloadReader(Frame frame) {
        this.bytes = frame.payload().duplicate();
    }

    int u8() throws ProtocolException {
        return Byte.toUnsignedInt(need(Byte.BYTES).get());
    }

    /// @throws ProtocolException if the value does not fit a positive `int`
    int u32() throws ProtocolException {
        int value = need(Integer.BYTES).getInt();
        if (value < 0) {
            throw new ProtocolException("Number %d is too large".formatted(Integer.toUnsignedLong(value)));
        }
        return value;
    }

    String string() throws ProtocolException {
        int length = u32();
        var slice = need(length).slice(bytes.position(), length);
        bytes.position(bytes.position() + length);
        return UTF_8.decode(slice).toString();
    }

    List<String> strings() throws ProtocolException {
        int count = u32();
        need(Math.multiplyFull(count, Integer.BYTES));
        var values = new ArrayList<String>(count);
        for (int i = 0; i < count; i++) {
            values.add(string());
        }
        return List.copyOf(values);
    }

    /// @throws ProtocolException unless the whole payload was read
    void end() throws ProtocolException {
        if (bytes.hasRemaining()) {
            throw new ProtocolException("Payload has %d bytes too many".formatted(bytes.remaining()));
        }
    }

    private ByteBuffer need(long count) throws ProtocolException {
        if (bytes.remaining() < count) {
            throw new ProtocolException("Payload ends %d bytes early".formatted(count - bytes.remaining()));
        }
        return bytes;
    }
}

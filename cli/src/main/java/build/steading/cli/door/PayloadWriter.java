// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.door;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.List;

/// Builds a payload: integers big-endian, a string as its length (u32) and bytes, a list as its count and
/// strings.
final class PayloadWriter {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    PayloadWriter u8(int value) {
        bytes.write(value);
        return this;
    }

    PayloadWriter u32(int value) {
        bytes.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(value).array());
        return this;
    }

    PayloadWriter string(String value) {
        var encoded = value.getBytes(UTF_8);
        u32(encoded.length);
        bytes.writeBytes(encoded);
        return this;
    }

    PayloadWriter strings(List<String> values) {
        u32(values.size());
        values.forEach(this::string);
        return this;
    }

    Frame frame(FrameType type) {
        return new Frame(type, ByteBuffer.wrap(bytes.toByteArray()));
    }
}

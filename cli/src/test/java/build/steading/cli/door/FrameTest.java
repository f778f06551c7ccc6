// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.door;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class FrameTest {
    private static final Hello HELLO = new Hello(
            "b1", "/home/ä", List.of("build", "", "naïve\n"), List.of("A=1", "B="), true, false, true, 80, 24, 18);

    @Test
    void frameIsTypeLengthAndPayload() {
        var encoded = new PayloadWriter().u32(258).frame(FrameType.READ).encoded();

        assertThat(bytes(encoded)).containsExactly(19, 0, 0, 0, 4, 0, 0, 1, 2);
    }

    @Test
    void helloSurvivesTheWire() throws IOException {
        var frame = Frame.read(stream(bytes(HELLO.encoded().encoded()))).orElseThrow();

        assertThat(Hello.decode(frame)).isEqualTo(HELLO);
        assertThat(Hello.Prologue.decode(frame)).isEqualTo(new Hello.Prologue(Hello.PROTOCOL_VERSION, "b1"));
    }

    @Test
    void everyTruncatedHelloIsRefused() {
        var payload = HELLO.encoded().payload();

        for (int length = 0; length < payload.limit(); length++) {
            var cut = new Frame(FrameType.HELLO, payload.slice(0, length));
            assertThatThrownBy(() -> Hello.decode(cut)).isInstanceOf(ProtocolException.class);
        }
    }

    @Test
    void helloWithTrailingBytesIsRefused() {
        var payload = HELLO.encoded().payload();
        var longer = new Frame(FrameType.HELLO, ByteBuffer.wrap(Arrays.copyOf(bytes(payload), payload.limit() + 1)));

        assertThatThrownBy(() -> Hello.decode(longer)).hasMessage("Payload has 1 bytes too many");
    }

    @Test
    void listWithAnAbsurdCountIsRefusedBeforeAnythingIsAllocated() {
        var frame = new PayloadWriter().u32(Integer.MAX_VALUE).frame(FrameType.RESUME);

        assertThatThrownBy(() -> new PayloadReader(frame).strings()).isInstanceOf(ProtocolException.class);
    }

    @Test
    void frameAtItsLimitIsReadAndOneByteMoreIsRefused() throws IOException {
        var longest =
                ByteBuffer.allocate(5 + FrameType.MAX_PAYLOAD).put((byte) 17).putInt(FrameType.MAX_PAYLOAD);
        var tooLong = ByteBuffer.allocate(5).put((byte) 17).putInt(FrameType.MAX_PAYLOAD + 1);

        assertThat(Frame.read(stream(longest.array()))).isPresent();
        assertThatThrownBy(() -> Frame.read(stream(tooLong.array())))
                .hasMessage("Frame `STDOUT` of 1048577 bytes exceeds 1048576");
    }

    @Test
    void streamMayEndBetweenFramesOnly() throws IOException {
        assertThat(Frame.read(stream())).isEmpty();
        assertThatThrownBy(() -> Frame.read(stream(17, 0, 0, 0, 2, 1))).isInstanceOf(EOFException.class);
    }

    @Test
    void unknownTypeIsRefused() {
        assertThatThrownBy(() -> Frame.read(stream(99, 0, 0, 0, 0))).hasMessage("Frame type 99 is unknown");
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }

    private static DataInputStream stream(int... bytes) {
        byte[] narrow = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            narrow[i] = (byte) bytes[i];
        }
        return stream(narrow);
    }

    private static DataInputStream stream(byte[] bytes) {
        return new DataInputStream(new ByteArrayInputStream(bytes));
    }
}

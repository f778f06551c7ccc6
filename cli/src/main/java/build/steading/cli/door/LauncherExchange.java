// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.door;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.Optional;

/// The launcher's end of one conversation: sends the hello, relays streams, and says how it ended.
///
/// [#signal] is thread-safe; the rest is used by one thread.
final class LauncherExchange implements AutoCloseable {
    private final SocketChannel channel;
    private final Streams streams;
    private boolean welcome;
    private Optional<List<String>> resume = Optional.empty();

    /// The launcher's own standard streams.
    record Streams(InputStream in, OutputStream out, OutputStream err) {}

    /// How a conversation ended.
    sealed interface Outcome {
        /// The command ended.
        record Exited(int code) implements Outcome {}

        /// The command was not begun: it may be sent again.
        record Untouched(boolean replaced) implements Outcome {}

        /// The process went away while the command ran.
        ///
        /// @param resume what to run in its place, if that was told
        record Lost(Optional<List<String>> resume) implements Outcome {}
    }

    LauncherExchange(SocketChannel channel, Streams streams) {
        this.channel = channel;
        this.streams = streams;
    }

    /// Runs the command and relays its streams until it ends or the process is gone.
    ///
    /// @throws ProtocolException if the process speaks another protocol
    /// @throws IOException if our own streams fail
    Outcome run(Hello hello) throws IOException {
        trySend(hello.encoded());
        var in = new DataInputStream(new BufferedInputStream(Channels.newInputStream(channel), 64 << 10));
        while (true) {
            Optional<Frame> frame;
            try {
                frame = Frame.read(in);
            } catch (ProtocolException e) {
                throw e;
            } catch (IOException _) {
                frame = Optional.empty();
            }
            if (frame.isEmpty()) {
                return welcome ? new Outcome.Lost(resume) : new Outcome.Untouched(false);
            }
            var outcome = take(frame.get(), in);
            if (outcome.isPresent()) {
                return outcome.get();
            }
        }
    }

    private Optional<Outcome> take(Frame frame, InputStream rest) throws IOException {
        var payload = new PayloadReader(frame);
        switch (frame.type()) {
            case WELCOME -> welcome = true;
            case STDOUT -> write(streams.out(), frame.payload());
            case STDERR -> write(streams.err(), frame.payload());
            case READ -> relayInput(payload.u32());
            case RESUME -> resume = Optional.of(payload.strings());
            case STOPPING -> {
                return Optional.of(payload.u8() == 1 ? new Outcome.Untouched(true) : new Outcome.Lost(resume));
            }
            case EXIT -> {
                int code = payload.u8();
                if (payload.u8() == 1) {
                    awaitEnd(rest);
                }
                return Optional.of(new Outcome.Exited(code));
            }
            case HELLO, STDIN, STDIN_EOF, RESIZE, SIGNAL, HOLDS, LOCAL, WORKING, WRITING ->
                throw new ProtocolException("Frame `%s` does not belong here".formatted(frame.type()));
        }
        return Optional.empty();
    }

    private static void awaitEnd(InputStream rest) {
        try {
            rest.skipNBytes(Long.MAX_VALUE);
        } catch (IOException _) {
            // That is the end.
        }
    }

    private static void write(OutputStream stream, ByteBuffer bytes) throws IOException {
        stream.write(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
        stream.flush();
    }

    /// Reads on a thread of its own: output and exit code do not wait for the user to type.
    private void relayInput(int wanted) {
        Thread.ofPlatform().daemon().name("stdin").start(() -> {
            byte[] bytes = new byte[Math.min(wanted, FrameType.MAX_PAYLOAD)];
            int count;
            try {
                count = streams.in().read(bytes);
            } catch (IOException _) {
                count = -1;
            }
            trySend(
                    count < 0
                            ? new PayloadWriter().frame(FrameType.STDIN_EOF)
                            : new Frame(FrameType.STDIN, ByteBuffer.wrap(bytes, 0, count)));
        });
    }

    void signal(Signal signal) {
        trySend(new PayloadWriter().u8(signal.number()).frame(FrameType.SIGNAL));
    }

    /// A process that is gone is noticed where its frames are read: it may have said more before it went.
    private synchronized void trySend(Frame frame) {
        var bytes = frame.encoded();
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException _) {
            // See above.
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}

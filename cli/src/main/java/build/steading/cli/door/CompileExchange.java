// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.door;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.ProtocolException;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// The launcher's end of one compile: asks, and keeps the output until the exit code is there. Used once, by one
/// thread.
final class CompileExchange implements AutoCloseable {
    private static final Duration WELCOME_LIMIT = Duration.ofSeconds(1);
    private static final Duration SILENCE_LIMIT = Duration.ofSeconds(5);
    private static final Duration PAUSE = Duration.ofMillis(50);
    private static final int MAX_OUTPUT_BYTES = 16 << 20;
    private static final int FARM_FAILED = 2;

    private final SocketChannel channel;
    private final List<Frame> output = new ArrayList<>();
    private int outputBytes;
    private boolean welcome;
    private volatile boolean answered;
    private volatile long deadline = System.nanoTime() + WELCOME_LIMIT.toNanos();

    /// Whether the process writes, and so is waited for as long as it lives.
    @GuardedBy("this")
    private boolean held;

    /// What the process says to a compile.
    sealed interface Answer {
        record Compiled(int code, List<Frame> output) implements Answer {}

        /// The compiler shall run here; the process wants to hear the end of it, which is that of the exchange.
        ///
        /// @param failed whether the farm should have compiled, but could not
        record HandedBack(boolean failed, String reason) implements Answer {}

        /// There is no answer: the compiler must run here.
        record None(String reason) implements Answer {}
    }

    CompileExchange(SocketChannel channel) {
        this.channel = channel;
    }

    Answer run(Hello hello) {
        Thread.ofVirtual().name("patience").start(this::losePatience);
        try {
            var bytes = hello.encoded().encoded();
            if (bytes.remaining() > FrameType.MAX_HELLO) {
                return new Answer.None("Arguments and environment are too long");
            }
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            return receive();
        } catch (IOException e) {
            // Closed for its silence, or reset.
            return new Answer.None("The background process does not answer: " + e);
        } finally {
            answered = true;
        }
    }

    private Answer receive() throws IOException {
        var in = new DataInputStream(new BufferedInputStream(Channels.newInputStream(channel), 64 << 10));
        for (var next = Frame.read(in); next.isPresent(); next = Frame.read(in)) {
            var frame = next.get();
            switch (frame.type()) {
                case WELCOME -> welcome = true;
                case WORKING -> {}
                case WRITING -> hold();
                case STDOUT, STDERR -> keep(frame);
                case EXIT -> {
                    return welcome
                            ? new Answer.Compiled(new PayloadReader(frame).u8(), output)
                            : new Answer.None("The background process takes no more commands");
                }
                case LOCAL -> {
                    var payload = new PayloadReader(frame);
                    boolean failed = (payload.u8() & FARM_FAILED) != 0;
                    return new Answer.HandedBack(failed, payload.string());
                }
                case HELLO, STDIN, STDIN_EOF, RESIZE, SIGNAL, HOLDS, READ, RESUME, STOPPING -> {
                    return new Answer.None("The background process ended, or does not compile");
                }
            }
            if (welcome) {
                deadline = System.nanoTime() + SILENCE_LIMIT.toNanos();
            }
        }
        return new Answer.None("The background process ended before the compile did");
    }

    private void keep(Frame frame) throws ProtocolException {
        outputBytes += frame.payload().remaining();
        if (outputBytes > MAX_OUTPUT_BYTES) {
            throw new ProtocolException("Output exceeds %d bytes".formatted(MAX_OUTPUT_BYTES));
        }
        output.add(frame);
    }

    /// If the channel is closed already, the process does not hear of this, and does not write.
    private void hold() throws IOException {
        synchronized (this) {
            held = true;
        }
        var bytes = new PayloadWriter().frame(FrameType.HOLDS).encoded();
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /// Closing the channel is the only way to end a read.
    private void losePatience() {
        try {
            while (!answered && System.nanoTime() < deadline) {
                Thread.sleep(PAUSE);
            }
            synchronized (this) {
                if (!answered && !held) {
                    close();
                }
            }
        } catch (IOException | InterruptedException _) {
            // The compiler runs all the same.
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}

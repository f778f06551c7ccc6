// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.door;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/// Stands where the background process should, says the same to every launcher, and then listens until it is
/// gone.
final class FakeProcess implements AutoCloseable {
    private final ServerSocketChannel listener;
    private final List<Frame> answer;
    private final boolean staying;
    private final BlockingQueue<Hello> hellos = new LinkedBlockingQueue<>();
    private final BlockingQueue<Hello> hangups = new LinkedBlockingQueue<>();

    private FakeProcess(Path home, boolean staying, List<Frame> answer) {
        new Home(home).create();
        this.staying = staying;
        this.answer = answer;
        try {
            this.listener = UnixSockets.listen(home.resolve("run/door.sock"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().start(this::accept);
        practise(home);
    }

    /// Launchers have little patience: what this is asked by the first of them, it must have done before.
    private void practise(Path home) {
        try (var launcher = UnixSockets.connect(home.resolve("run/door.sock"))) {
            var hello = new Hello("", "/", List.of(), List.of(), false, false, false, 0, 0, 0);
            launcher.write(hello.encoded().encoded());
            launcher.shutdownOutput();
            Channels.newInputStream(launcher).transferTo(OutputStream.nullOutputStream());
            hellos.take();
            hangups.take();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Stays when it has answered, until the launcher hangs up.
    static FakeProcess answering(Path home, Frame... answer) {
        return new FakeProcess(home, true, List.of(answer));
    }

    /// Hangs up when it has answered.
    static FakeProcess leaving(Path home, Frame... answer) {
        return new FakeProcess(home, false, List.of(answer));
    }

    static Frame welcome() {
        return new PayloadWriter().string("b1").frame(FrameType.WELCOME);
    }

    /// What the next launcher said, in the order of coming.
    Hello hello() throws InterruptedException {
        return hellos.take();
    }

    boolean wasAsked() {
        return !hellos.isEmpty();
    }

    boolean wasLeft() {
        return !hangups.isEmpty();
    }

    /// Waits until a launcher has gone.
    void awaitHangup() throws InterruptedException {
        hangups.take();
    }

    private void accept() {
        while (true) {
            try {
                var channel = listener.accept();
                Thread.ofVirtual().start(() -> serve(channel));
            } catch (ClosedChannelException _) {
                return;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private void serve(SocketChannel channel) {
        try (channel) {
            var in = new DataInputStream(Channels.newInputStream(channel));
            var hello = Hello.decode(Frame.read(in).orElseThrow());
            hellos.add(hello);
            answer(channel, in);
            hangups.add(hello);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void answer(SocketChannel channel, DataInputStream in) {
        try {
            for (var frame : answer) {
                var bytes = frame.encoded();
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
            }
            if (staying) {
                in.transferTo(OutputStream.nullOutputStream());
            }
        } catch (IOException _) {
            // The launcher left before it took everything: it has gone all the same.
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}

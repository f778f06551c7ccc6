// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.door;

import static org.assertj.core.api.Assertions.assertThat;

import build.steading.cli.door.Launcher.Result;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// `steading cc` by the launcher in C, before and since it holds on. The compiler is `echo`.
@Timeout(60)
class HoldingLauncherTest {
    @TempDir
    Path directory;

    private Launcher launcher;
    private Path steading;
    private ServerSocketChannel door;

    @BeforeEach
    void prepare() throws Exception {
        var home = directory.resolve("home");
        launcher = new Launcher(directory, home);
        launcher.define("-DWELCOME_LIMIT_MS=20000 -DSILENCE_LIMIT_MS=500");
        steading = launcher.distribution("b1");
        new Home(home).create();
        door = UnixSockets.listen(home.resolve("run/door.sock"));
    }

    @AfterEach
    void close() throws IOException {
        door.close();
    }

    private Process compile(String file) throws IOException {
        return launcher.command(steading, "cc", "echo", "-c", file).start();
    }

    /// Takes in the next launcher, and says so much that it holds on.
    private Talk held() throws IOException {
        var talk = new Talk(door.accept());
        // At once: nobody can lose patience in between.
        talk.say(FakeProcess.welcome(), new PayloadWriter().frame(FrameType.WRITING));
        assertThat(talk.hear()).map(Frame::type).contains(FrameType.HOLDS);
        return talk;
    }

    /// Another launcher begins to wait later, and still loses patience first.
    @Test
    void processThatWritesIsWaitedForHoweverSilentItIs() throws Exception {
        var holding = compile("a.c");
        try (var process = held()) {
            var impatient = compile("b.c");
            try (var silent = new Talk(door.accept())) {
                silent.say(FakeProcess.welcome());
                assertThat(silent.hear()).isEmpty();
            }
            assertThat(Launcher.finish(impatient)).isEqualTo(new Result(0, "-c b.c\n", ""));

            process.say(Conversation.exit(3, false));
            assertThat(Launcher.finish(holding)).isEqualTo(new Result(3, "", ""));
        }
    }

    @Test
    void processThatEndsWhileItWritesIsFollowedByTheCompiler() throws Exception {
        var holding = compile("a.c");
        held().close();
        assertThat(Launcher.finish(holding)).isEqualTo(new Result(0, "-c a.c\n", ""));
    }

    @Test
    void processThatCannotWriteIsFollowedByTheCompiler() throws Exception {
        var holding = compile("a.c");
        try (var process = held()) {
            process.say(Conversation.local(false, false, "output not writable"));
            assertThat(Launcher.finish(holding)).isEqualTo(new Result(0, "-c a.c\n", ""));
        }
    }

    /// The process's end of one compile, frame by frame; what the launcher says first has been heard.
    private static final class Talk implements AutoCloseable {
        private final SocketChannel channel;
        private final DataInputStream in;

        Talk(SocketChannel channel) throws IOException {
            this.channel = channel;
            this.in = new DataInputStream(Channels.newInputStream(channel));
            assertThat(hear()).map(Frame::type).contains(FrameType.HELLO);
        }

        void say(Frame... frames) throws IOException {
            var bytes = Stream.of(frames).map(Frame::encoded).toArray(ByteBuffer[]::new);
            while (bytes[bytes.length - 1].hasRemaining()) {
                channel.write(bytes);
            }
        }

        /// Returns what the launcher says next; nothing if it has hung up.
        Optional<Frame> hear() throws IOException {
            return Frame.read(in);
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}

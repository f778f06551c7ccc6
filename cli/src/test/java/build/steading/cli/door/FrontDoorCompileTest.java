// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.door;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The server side of compiles, frame by frame.
@Timeout(30)
class FrontDoorCompileTest {
    @TempDir
    Path directory;

    private FrontDoor door;

    @BeforeEach
    void open() {
        var settings = new FrontDoor.Settings(directory.resolve("door.sock"), directory.resolve("log"), "b1", 2, false);
        door = FrontDoor.open(settings, TestCommands::run, _ -> {});
    }

    @AfterEach
    void close() {
        door.close();
    }

    @Test
    void compileIsAnsweredWithItsOutputAndExitCode() throws Exception {
        try (var compile = compiling("3")) {
            assertThat(compile.next().type()).isEqualTo(FrameType.STDOUT);
            assertThat(compile.next().payload()).isEqualTo(UTF_8.encode("warning\n"));
            assertThat(compile.next().payload()).isEqualTo(ByteBuffer.wrap(new byte[] {3, 0}));
        }
    }

    @Test
    void compileThatIsHandedBackKeepsNobodyWaiting() throws Exception {
        try (var compile = compiling("back")) {
            assertThat(compile.local()).isEqualTo("1 as decided");
            assertThat(door.activity().running()).isZero();
            long begin = System.nanoTime();
            door.close(Ending.STOPPED);
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(2));
        }
    }

    @Test
    void compilesThatWereHandedBackGiveTheirPlacesBackWhenTheLauncherIsGone() throws Exception {
        try (var first = compiling("back");
                var second = compiling("back")) {
            first.local();
            second.local();
            assertThat(run("exit", "5")).isEqualTo(4);
        }
        while (run("exit", "5") != 5) {
            Thread.onSpinWait();
        }
    }

    @Test
    void compileThatFailsForOurReasonsIsHandedBack() throws Exception {
        try (var invalid = compiling("invalid");
                var bug = compiling("bug")) {
            assertThat(invalid.local()).isEqualTo("2 Not like this");
            assertThat(bug.local()).startsWith("2 Steading has a bug: ").contains("the cause");
        }
    }

    @Test
    void compileIsHandedBackWhenTheProcessEnds() throws Exception {
        try (var compile = compiling("hang")) {
            door.close(Ending.REPLACED);
            assertThat(compile.local()).isEqualTo("2 Steading ends");
        }
    }

    @Test
    void compileThatTakesLongSaysThatItIsUnderWay() throws Exception {
        try (var compile = compiling("hang")) {
            compile.skipOutput();
            assertThat(compile.frame.type()).isEqualTo(FrameType.WORKING);
            assertThat(compile.next().type()).isEqualTo(FrameType.WORKING);
        }
    }

    @Test
    void nothingIsWrittenBeforeTheLauncherHolds() throws Exception {
        var made = directory.resolve("made");
        try (var compile = compiling(made.toString())) {
            compile.skipTo(FrameType.WRITING);
            assertThat(made).doesNotExist();
            compile.say(FrameType.HOLDS);
            compile.skipTo(FrameType.EXIT);
            assertThat(compile.frame.payload()).isEqualTo(ByteBuffer.wrap(new byte[] {7, 0}));
            assertThat(made).hasContent("made");
        }
    }

    @Test
    void nothingIsWrittenForALauncherThatHasGone() throws Exception {
        var made = directory.resolve("made");
        try (var compile = compiling(made.toString())) {
            compile.skipTo(FrameType.WRITING);
        }
        while (door.activity().running() > 0) {
            Thread.onSpinWait();
        }
        assertThat(made).doesNotExist();
    }

    @Test
    void nothingIsWrittenForALauncherThatIsSentOffBeforeItHolds() throws Exception {
        var made = directory.resolve("made");
        try (var compile = compiling(made.toString())) {
            compile.skipTo(FrameType.WRITING);
            door.close(Ending.REPLACED);
            assertThat(compile.local()).isEqualTo("2 Steading ends");
            assertThat(made).doesNotExist();
        }
    }

    @Test
    void launcherThatHoldsIsNotSentOffWhileItsFilesAreWritten() throws Exception {
        var gate = Files.createFile(directory.resolve("gate"));
        var made = directory.resolve("made");
        try (var compile = compiling(made.toString())) {
            compile.skipTo(FrameType.WRITING);
            compile.say(FrameType.HOLDS);
            while (!Files.exists(made)) {
                Thread.onSpinWait();
            }
            door.close(Ending.REPLACED);
            Files.delete(gate);
            compile.skipTo(FrameType.EXIT);
            assertThat(compile.frame.payload()).isEqualTo(ByteBuffer.wrap(new byte[] {7, 0}));
        }
    }

    private Compile compiling(String what) throws IOException {
        var compile = asking("cc", "gcc", "-c", what);
        assertThat(compile.next().type()).isEqualTo(FrameType.WELCOME);
        return compile;
    }

    /// Returns the exit code of a command, or of its refusal.
    private int run(String... arguments) throws IOException {
        try (var command = asking(arguments)) {
            while (command.next().type() != FrameType.EXIT) {
                assertThat(command.frame.type()).isIn(FrameType.WELCOME, FrameType.STDERR);
            }
            return new PayloadReader(command.frame).u8();
        }
    }

    private Compile asking(String... arguments) throws IOException {
        var compile = new Compile(UnixSockets.connect(directory.resolve("door.sock")));
        var hello = new Hello("", "/", List.of(arguments), List.of(), false, false, false, 0, 0, 18);
        compile.channel.write(hello.encoded().encoded());
        return compile;
    }

    /// What the launcher of a compile sees, frame by frame.
    private static final class Compile implements AutoCloseable {
        private final SocketChannel channel;
        private final DataInputStream in;
        private Frame frame = new PayloadWriter().frame(FrameType.HELLO);

        Compile(SocketChannel channel) {
            this.channel = channel;
            this.in = new DataInputStream(Channels.newInputStream(channel));
        }

        Frame next() throws IOException {
            frame = Frame.read(in).orElseThrow();
            return frame;
        }

        void say(FrameType type) throws IOException {
            channel.write(new PayloadWriter().frame(type).encoded());
        }

        /// Reads on to a frame behind output and signs of life.
        void skipTo(FrameType type) throws IOException {
            while (next().type() != type) {
                assertThat(frame.type()).isIn(FrameType.STDOUT, FrameType.STDERR, FrameType.WORKING);
            }
        }

        void skipOutput() throws IOException {
            while (next().type() == FrameType.STDOUT || frame.type() == FrameType.STDERR) {
                assertThat(frame.payload().hasRemaining()).isTrue();
            }
        }

        /// Returns flags and reason of a compile that is handed back.
        String local() throws IOException {
            skipOutput();
            assertThat(frame.type()).isEqualTo(FrameType.LOCAL);
            var payload = new PayloadReader(frame);
            return payload.u8() + " " + payload.string();
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}

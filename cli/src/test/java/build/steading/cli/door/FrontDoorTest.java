// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.door;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import build.steading.cli.door.LauncherExchange.Outcome;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The server side, spoken to by the launcher in Java within this process.
@Timeout(30)
class FrontDoorTest {
    private static final long FLOOD = 100_000_000;

    @TempDir
    Path directory;

    private final BlockingQueue<Ending> endings = new LinkedBlockingQueue<>();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private FrontDoor door;

    @BeforeEach
    void open() {
        door = open(TestCommands::run, 2);
    }

    @AfterEach
    void close() {
        door.close();
    }

    private FrontDoor open(CommandRunner runner, int maxInvocations) {
        var settings = new FrontDoor.Settings(socket(), directory.resolve("log"), "b1", maxInvocations, false);
        return FrontDoor.open(settings, runner, endings::add);
    }

    private Path socket() {
        return directory.resolve("door.sock");
    }

    private static Hello hello(String buildId, String... arguments) {
        return new Hello(buildId, "/", List.of(arguments), List.of("A=1"), false, false, false, 0, 0, 18);
    }

    private LauncherExchange connect(InputStream in, OutputStream to) throws IOException {
        return new LauncherExchange(UnixSockets.connect(socket()), new LauncherExchange.Streams(in, to, err));
    }

    private Outcome run(String... arguments) throws IOException {
        try (var exchange = connect(InputStream.nullInputStream(), out)) {
            return exchange.run(hello("b1", arguments));
        }
    }

    @Test
    void everyExitCodeArrives() throws IOException {
        for (int code = 0; code <= 255; code++) {
            assertThat(run("exit", "" + code)).isEqualTo(new Outcome.Exited(code));
        }
    }

    @Test
    void exitCodeOutOfRangeIsNeverSuccess() throws IOException {
        assertThat(run("exit", "256")).isEqualTo(new Outcome.Exited(255));
        assertThat(run("exit", "-1")).isEqualTo(new Outcome.Exited(255));
    }

    @Test
    void outputAndErrorsAreKeptApartAndArriveInTheOrderOfWriting() throws IOException {
        var both = new ByteArrayOutputStream();
        var streams = new LauncherExchange.Streams(InputStream.nullInputStream(), both, both);
        try (var exchange = new LauncherExchange(UnixSockets.connect(socket()), streams)) {
            exchange.run(hello("b1", "mix"));
        }
        run("mix");

        assertThat(both.toString(UTF_8)).startsWith("o0 e0 o1 e1 ").endsWith("o99 e99 ");
        assertThat(out.toString(UTF_8)).startsWith("o0 o1 ").doesNotContain("e");
        assertThat(err.toString(UTF_8)).startsWith("e0 e1 ").doesNotContain("o");
    }

    @Test
    void aHundredMegabytesFlowBothWays() throws IOException {
        var counted = new CountingStream();
        try (var exchange = connect(InputStream.nullInputStream(), counted)) {
            assertThat(exchange.run(hello("b1", "flood", "" + FLOOD))).isEqualTo(new Outcome.Exited(0));
        }
        try (var exchange = connect(new ZeroStream(FLOOD), out)) {
            exchange.run(hello("b1", "count"));
        }

        assertThat(counted.count).isEqualTo(FLOOD);
        assertThat(out.toString(UTF_8).strip()).isEqualTo("" + FLOOD);
    }

    @Test
    void noMoreInputIsTakenThanTheCommandReads() throws IOException {
        var input = new ByteArrayInputStream("first second".getBytes(UTF_8));
        try (var exchange = connect(input, out)) {
            exchange.run(hello("b1", "read", "6"));
        }

        assertThat(out.toString(UTF_8)).isEqualTo("first ");
        assertThat(new String(input.readAllBytes(), UTF_8)).isEqualTo("second");
    }

    @Test
    void failureBecomesItsMessageAndExitCode() throws IOException {
        assertThat(run("invalid")).isEqualTo(new Outcome.Exited(2));
        assertThat(err.toString(UTF_8)).isEqualTo("Option `x` is unknown\n");
    }

    @Test
    void bugIsReportedWithoutAStackTrace() throws IOException {
        assertThat(run("bug")).isEqualTo(new Outcome.Exited(5));
        assertThat(err.toString(UTF_8))
                .isEqualTo("Steading has a bug: java.lang.IllegalStateException: the cause (see `%s`)\n"
                        .formatted(directory.resolve("log")));
    }

    @Test
    void commandBeyondTheLimitIsRefusedAndTheNextOneAfterThatIsServed() throws Exception {
        try (var first = holding();
                var second = holding()) {
            assertThat(run("exit", "0")).isEqualTo(new Outcome.Exited(4));
            assertThat(err.toString(UTF_8)).isEqualTo("Steading already runs 2 commands: try again\n");
            assertThat(first).isNotSameAs(second);
        }
        while (door.activity().running() > 0) {
            Thread.onSpinWait();
        }

        assertThat(run("exit", "0")).isEqualTo(new Outcome.Exited(0));
    }

    /// Returns the connection of a command that has begun and does not end by itself.
    private AutoCloseable holding() throws IOException {
        var channel = UnixSockets.connect(socket());
        channel.write(hello("b1", "hang").encoded().encoded());
        var in = new DataInputStream(Channels.newInputStream(channel));
        assertThat(Frame.read(in).orElseThrow().type()).isEqualTo(FrameType.WELCOME);
        assertThat(Frame.read(in).orElseThrow().type()).isEqualTo(FrameType.STDOUT);
        return channel;
    }

    @Test
    void commandGoesOnAndItsOutputIsDroppedWhenTheLauncherVanishes() throws Exception {
        var witness = directory.resolve("witness");
        var channel = UnixSockets.connect(socket());
        channel.write(hello("b1", "vanish", witness.toString()).encoded().encoded());
        var in = new DataInputStream(Channels.newInputStream(channel));
        Frame.read(in);
        assertThat(Frame.read(in).orElseThrow().type()).isEqualTo(FrameType.STDOUT);
        channel.close();
        while (door.activity().running() > 0) {
            Thread.onSpinWait();
        }

        assertThat(witness).hasContent("went on");
    }

    @Test
    void anotherBuildsLauncherIsToldToStartItsOwnProcess() throws IOException {
        try (var exchange = connect(InputStream.nullInputStream(), out)) {
            assertThat(exchange.run(hello("b2", "exit", "0"))).isEqualTo(new Outcome.Untouched(true));
        }

        assertThat(endings).containsExactly(Ending.REPLACED);
        assertThat(socket()).doesNotExist();
    }

    @Test
    void launcherWithoutABuildIsServedByAnyProcess() throws IOException {
        try (var exchange = connect(InputStream.nullInputStream(), out)) {
            assertThat(exchange.run(hello("", "exit", "9"))).isEqualTo(new Outcome.Exited(9));
        }
    }

    @Test
    void replacedCommandIsResumedAndStoppedCommandIsNot() throws Exception {
        assertThat(endingOf("resume", Ending.REPLACED))
                .isEqualTo(new Outcome.Lost(Optional.of(List.of("echo", "resumed", "x"))));
        door = open(TestCommands::run, 2);
        assertThat(endingOf("resume", Ending.STOPPED)).isEqualTo(new Outcome.Exited(4));
        assertThat(err.toString(UTF_8)).startsWith("Steading was stopped");
    }

    @Test
    void whatCanBeRepeatedIsToldBeforeTheCommandIsWelcome() throws Exception {
        door.close();
        var witness = directory.resolve("witness");
        door = open(TestCommands.farm().commands(), 2);
        try (var channel = UnixSockets.connect(socket())) {
            channel.write(hello("b1", "try", witness.toString()).encoded().encoded());
            var in = new DataInputStream(Channels.newInputStream(channel));
            var resume = Frame.read(in).orElseThrow();
            assertThat(resume.type()).isEqualTo(FrameType.RESUME);
            assertThat(new PayloadReader(resume).strings()).containsExactly("try", witness.toString(), "named");
            assertThat(Frame.read(in).orElseThrow().type()).isEqualTo(FrameType.WELCOME);
            while (!Files.exists(witness)) {
                Thread.onSpinWait();
            }
        }
        assertThat(run("try", witness.toString())).isEqualTo(new Outcome.Exited(0));
        assertThat(out.toString(UTF_8)).isEqualTo("named\n");
    }

    @Test
    void whatCanBeRepeatedGoesOnElsewhereWhenReplacedAndEndsWhenStopped() throws Exception {
        var witness = directory.resolve("witness").toString();
        for (var ending : Ending.values()) {
            door.close();
            door = open(TestCommands.farm().commands(), 2);
            var outcome = new LinkedBlockingQueue<Outcome>();
            var asking = Thread.ofVirtual().start(() -> {
                try {
                    outcome.add(run("try", witness));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            while (!Files.exists(Path.of(witness))) {
                Thread.onSpinWait();
            }
            door.close(ending);
            asking.join();
            assertThat(outcome.take())
                    .isEqualTo(
                            ending.reconnect()
                                    ? new Outcome.Lost(Optional.of(List.of("try", witness, "named")))
                                    : new Outcome.Exited(4));
            Files.delete(Path.of(witness));
        }
    }

    private Outcome endingOf(String command, Ending ending) throws Exception {
        var begun = new CountDownLatch(1);
        var outcome = new LinkedBlockingQueue<Outcome>();
        var thread = Thread.ofVirtual().start(() -> {
            try (var exchange = connect(InputStream.nullInputStream(), new Announcing(begun))) {
                outcome.add(exchange.run(hello("b1", command, "x")));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        begun.await();
        door.close(ending);
        thread.join();
        return outcome.poll(1, TimeUnit.SECONDS);
    }

    @Test
    void stopIsAnsweredWhenEverythingElseIsClosed() throws Exception {
        var channel = UnixSockets.connect(socket());
        channel.write(hello("b1", "stop").encoded().encoded());
        var in = new DataInputStream(Channels.newInputStream(channel));
        assertThat(Frame.read(in).orElseThrow().type()).isEqualTo(FrameType.WELCOME);
        assertThat(endings.take()).isEqualTo(Ending.STOPPED);
        door.close(Ending.STOPPED);
        assertThat(socket()).doesNotExist();
        door.sayLastWords();

        assertThat(Frame.read(in).orElseThrow().payload()).isEqualTo(UTF_8.encode("ended\n"));
        assertThat(Frame.read(in).orElseThrow().payload()).isEqualTo(ByteBuffer.wrap(new byte[] {0, 1}));
        channel.close();
    }

    @Test
    void garbageIsRefusedAndHarmsNobodyElse() throws IOException {
        try (var channel = UnixSockets.connect(socket())) {
            channel.write(UTF_8.encode("GET / HTTP/1.1\r\n\r\n"));
            assertThat(new DataInputStream(Channels.newInputStream(channel)).read())
                    .isEqualTo(-1);
        }

        assertThat(run("exit", "3")).isEqualTo(new Outcome.Exited(3));
    }

    @Test
    void socketPathMayBeLongerThanTheKernelTakes() throws IOException {
        door.close();
        var deep = directory.resolve("d".repeat(100)).resolve("e".repeat(100));
        directory = Files.createDirectories(deep);
        door = open(TestCommands::run, 2);

        assertThat(run("exit", "8")).isEqualTo(new Outcome.Exited(8));
        assertThat(deep.resolve("door.sock")).exists();
    }

    private static final class CountingStream extends OutputStream {
        private long count;

        @Override
        public void write(int b) {
            count++;
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            count += length;
        }
    }

    /// So many zeros.
    private static final class ZeroStream extends InputStream {
        private long left;

        ZeroStream(long left) {
            this.left = left;
        }

        @Override
        public int read() {
            return left-- > 0 ? 0 : -1;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) {
            int count = (int) Math.min(left, length);
            left -= count;
            return count > 0 ? count : -1;
        }
    }

    private static final class Announcing extends OutputStream {
        private final CountDownLatch written;

        Announcing(CountDownLatch written) {
            this.written = written;
        }

        @Override
        public void write(int b) {
            written.countDown();
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.door;

import build.steading.failure.SteadingException;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import jdk.net.ExtendedSocketOptions;

/// Listens on the unix socket and runs what launchers ask for, each command on threads of its own.
///
/// Serves its own user only. Thread-safe.
public final class FrontDoor implements AutoCloseable {
    /// How long commands may go on that neither can be resumed elsewhere nor asked for the end.
    private static final Duration GRACE = Duration.ofSeconds(2);

    /// How often compiles tell that they are under way. Their launchers wait several times as long.
    private static final Duration ALIVE_PERIOD = Duration.ofSeconds(1);

    /// Of most launchers, all that they say.
    private static final int INPUT_BYTES = 8 << 10;

    private static final System.Logger LOG = System.getLogger(FrontDoor.class.getName());

    private final Settings settings;
    private final CommandRunner runner;
    private final Consumer<Ending> onEnding;
    private final ServerSocketChannel listener;
    private final UserPrincipal owner;
    private final Semaphore places;
    private final AtomicLong served = new AtomicLong();
    private final AtomicBoolean shut = new AtomicBoolean();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Set<Conversation> conversations = ConcurrentHashMap.newKeySet();

    /// @param socket replaced if it exists: the caller holds the lock that makes it stale
    /// @param log named where a bug is reported
    /// @param buildId launchers of another build are told to start their own process
    /// @param maxInvocations how many commands may run at the same time; the next is refused
    /// @param servesAll whether launchers of other builds are served instead
    record Settings(Path socket, Path log, String buildId, int maxInvocations, boolean servesAll) {}

    /// How much was going on when asked.
    ///
    /// @param running commands that have not ended, nor been handed back
    /// @param served commands begun since the door was opened
    record Activity(int running, long served) {}

    private FrontDoor(Settings settings, CommandRunner runner, Consumer<Ending> onEnding) throws IOException {
        this.settings = settings;
        this.runner = runner;
        this.onEnding = onEnding;
        this.places = new Semaphore(settings.maxInvocations());
        this.listener = UnixSockets.listen(settings.socket());
        this.owner = Files.getOwner(settings.socket());
    }

    /// @param onEnding told, on any thread, when a command or a launcher wants the process to end; it calls
    ///     [#close(Ending)]
    /// @throws SteadingException with `Unavailable` if the socket cannot be opened
    static FrontDoor open(Settings settings, CommandRunner runner, Consumer<Ending> onEnding) {
        try {
            var door = new FrontDoor(settings, runner, onEnding);
            Thread.ofVirtual().name("door-accept").start(door::accept);
            Thread.ofVirtual().name("door-alive").start(door::tellAlive);
            return door;
        } catch (IOException e) {
            throw SteadingException.unavailable("Cannot listen on `%s`: %s".formatted(settings.socket(), e), e);
        }
    }

    Activity activity() {
        int taken = settings.maxInvocations() - places.availablePermits();
        long handedBack =
                conversations.stream().filter(Conversation::handedBack).count();
        return new Activity(taken - (int) handedBack, served.get());
    }

    private void accept() {
        while (true) {
            try {
                var channel = listener.accept();
                Thread.ofVirtual().name("door-read").start(() -> serve(channel));
            } catch (ClosedChannelException _) {
                return;
            } catch (IOException e) {
                LOG.log(Level.WARNING, "Could not accept a launcher", e);
                if (!pause()) {
                    return;
                }
            }
        }
    }

    /// Keeps the launchers of compiles waiting, until nobody is left to be kept.
    private void tellAlive() {
        try {
            while (!closed.await(ALIVE_PERIOD.toMillis(), TimeUnit.MILLISECONDS)) {
                conversations.forEach(Conversation::tellAlive);
            }
        } catch (InterruptedException _) {
            // Nobody interrupts this thread.
        }
    }

    /// Waits a moment, so that running out of file descriptors does not become a busy loop.
    private static boolean pause() {
        try {
            Thread.sleep(Duration.ofMillis(100));
            return true;
        } catch (InterruptedException _) {
            return false;
        }
    }

    private void serve(SocketChannel channel) {
        try (channel) {
            if (!channel.getOption(ExtendedSocketOptions.SO_PEERCRED).user().equals(owner)) {
                refuse(channel, ExitCode.NOT_ALLOWED, "Steading here belongs to `%s`".formatted(owner.getName()));
            } else if (!places.tryAcquire()) {
                var message = "Steading already runs %d commands: try again".formatted(settings.maxInvocations());
                refuse(channel, ExitCode.TRY_AGAIN, message);
            } else {
                converse(channel);
            }
        } catch (ProtocolException e) {
            LOG.log(Level.WARNING, "Launcher broke the protocol: " + e.getMessage());
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "Launcher vanished", e);
        }
    }

    /// Holds the conversation, and gives its place back when the command has ended, or never began.
    private void converse(SocketChannel channel) throws IOException {
        boolean begun = false;
        try {
            var in = new DataInputStream(new BufferedInputStream(Channels.newInputStream(channel), INPUT_BYTES));
            var first = Frame.read(in);
            if (first.isEmpty()) {
                return;
            }
            var prologue = Hello.Prologue.decode(first.get());
            if (!prologue.fits(settings.buildId(), settings.servesAll())) {
                giveWay(channel, prologue);
                return;
            }
            var hello = Hello.decode(first.get());
            var repeated = runner.repeatable(hello.arguments());
            var conversation = new Conversation(
                    channel, repeated.map(hello::asking).orElse(hello), repeated.isPresent(), settings.log());
            conversations.add(conversation);
            if (shut.get()) {
                conversations.remove(conversation);
                return;
            }
            // A launcher that was welcomed may lose us before the command is understood.
            var welcome =
                    new ArrayList<>(repeated.map(Conversation::resume).stream().toList());
            welcome.add(new PayloadWriter().string(settings.buildId()).frame(FrameType.WELCOME));
            send(channel, welcome);
            served.incrementAndGet();
            begun = true;
            conversation.start(runner, () -> forget(conversation));
            conversation.listen(in);
        } finally {
            if (!begun) {
                places.release();
            }
        }
    }

    /// A stop's conversation is kept: its launcher hears of the end as the last of all.
    private void forget(Conversation conversation) {
        if (conversation.requestsStop().isEmpty()) {
            conversations.remove(conversation);
        }
        places.release();
        if (conversation.requestsStop().isPresent()) {
            onEnding.accept(Ending.STOPPED);
        }
    }

    private void giveWay(SocketChannel channel, Hello.Prologue newcomer) throws IOException {
        LOG.log(Level.INFO, "Build `%s` replaces `%s`".formatted(newcomer.buildId(), settings.buildId()));
        shut();
        onEnding.accept(Ending.REPLACED);
        var reason = "Build `%s` gives way to `%s`".formatted(settings.buildId(), newcomer.buildId());
        send(channel, List.of(Conversation.stopping(true, reason)));
    }

    /// Hears the launcher out: one that still speaks when we hang up might not hear why.
    private static void refuse(SocketChannel channel, int exitCode, String message) throws IOException {
        LOG.log(Level.WARNING, message);
        var _ = Frame.read(new DataInputStream(Channels.newInputStream(channel)));
        send(channel, List.of(Conversation.text(FrameType.STDERR, message + "\n"), Conversation.exit(exitCode, false)));
    }

    private static void send(SocketChannel channel, List<Frame> frames) throws IOException {
        var buffers = frames.stream().map(Frame::encoded).toArray(ByteBuffer[]::new);
        while (buffers[buffers.length - 1].hasRemaining()) {
            channel.write(buffers);
        }
    }

    /// Lets nobody in any more: from now on launchers find nothing and start another process.
    private void shut() {
        if (shut.compareAndSet(false, true)) {
            try {
                Files.deleteIfExists(settings.socket());
                listener.close();
            } catch (IOException e) {
                LOG.log(Level.WARNING, "Could not close `%s`".formatted(settings.socket()), e);
            }
        }
    }

    @Override
    public void close() {
        close(Ending.STOPPED);
    }

    /// Lets nobody in, sends off the commands that can be resumed, grants the others a few seconds, and
    /// interrupts what is left.
    void close(Ending ending) {
        shut();
        var waiting = conversations.stream()
                .filter(conversation -> conversation.requestsStop().isEmpty())
                .toList();
        waiting.stream()
                .filter(conversation -> conversation.resumable(ending))
                .forEach(conversation -> conversation.end(ending));
        awaitAll(waiting);
        waiting.forEach(conversation -> conversation.end(ending));
        awaitAll(waiting);
        closed.countDown();
    }

    private static void awaitAll(Iterable<Conversation> waiting) {
        long deadline = System.nanoTime() + GRACE.toNanos();
        try {
            for (var conversation : waiting) {
                conversation.awaitEnd(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /// Answers those that asked for the stop, once everything else is closed.
    void sayLastWords() {
        conversations.forEach(Conversation::sayLastWords);
    }
}

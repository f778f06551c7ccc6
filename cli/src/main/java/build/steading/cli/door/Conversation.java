// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.door;

import build.steading.failure.SteadingException;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.DataInputStream;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.ProtocolException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// One command and its launcher, from the welcome to the exit code.
///
/// Three threads: [#listen] reads frames, a runner executes the command, the [Outlet] sends. Thread-safe.
final class Conversation implements Caller, CompileCaller {
    private static final System.Logger LOG = System.getLogger(Conversation.class.getName());
    private static final int MAX_EXIT_CODE = 255;
    private static final int KEEP_SOCKET = 1;
    private static final int FARM_FAILED = 2;
    private static final Duration LAST_WORDS_LIMIT = Duration.ofSeconds(1);

    private final SocketChannel channel;
    private final Hello hello;
    private final boolean repeatable;
    private final Path log;
    private final Outlet outlet;
    private final CommandOutput output;
    private final CommandInput input;
    private final Terminal terminal;
    private final Reactions reactions = new Reactions();
    private final Hold hold = new Hold();
    private final CountDownLatch ended = new CountDownLatch(1);

    @GuardedBy("this")
    private Optional<String> lastWords = Optional.empty();

    @GuardedBy("this")
    private boolean resumable;

    private final Thread sender;
    private volatile int exitCode;
    private volatile boolean handedBack;

    /// @param repeatable whether the launcher was told what to run once more should it lose the process
    /// @param log named where a bug is reported
    Conversation(SocketChannel channel, Hello hello, boolean repeatable, Path log) {
        this.channel = channel;
        this.hello = hello;
        this.repeatable = repeatable;
        this.log = log;
        this.outlet = new Outlet(channel);
        this.output = new CommandOutput(outlet);
        this.input = new CommandInput(outlet);
        var size = new Terminal.Size(hello.columns(), hello.rows());
        this.terminal = new Terminal(hello.stdinTty(), hello.stdoutTty(), hello.stderrTty(), size);
        this.sender = Thread.ofVirtual().name("door-send").unstarted(this::drain);
    }

    /// Starts the command. Once it has returned, and its launcher was told unless the process is asked to stop,
    /// `whenDone` is called.
    void start(CommandRunner runner, Runnable whenDone) {
        sender.start();
        var thread = Thread.ofVirtual().name("door-run").unstarted(() -> {
            try {
                execute(runner);
                if (requestsStop().isEmpty()) {
                    finish(exit(exitCode, false));
                    sender.join();
                    channel.close();
                } else {
                    output.flush();
                }
            } catch (IOException | InterruptedException e) {
                LOG.log(Level.DEBUG, "Launcher did not take its exit code", e);
            } finally {
                ended.countDown();
                whenDone.run();
            }
        });
        reactions.interrupting(thread);
        thread.start();
    }

    private void drain() {
        try {
            outlet.drain();
        } catch (InterruptedException _) {
            outlet.abandon();
        }
    }

    private void execute(CommandRunner runner) {
        int code = exitCodeOf(runner);
        exitCode = code < 0 || code > MAX_EXIT_CODE ? MAX_EXIT_CODE : code;
        reactions.disarm();
        boolean _ = Thread.interrupted();
    }

    /// Sends what is left of the output together with the last frame: each write of ours wakes the launcher.
    private void finish(Frame last) {
        var frames = new ArrayList<>(output.takeRest());
        frames.add(last);
        outlet.finish(frames);
    }

    /// The edge: whatever a command throws becomes a message and an exit code.
    private int exitCodeOf(CommandRunner runner) {
        try {
            return runner.run(invocation());
        } catch (InterruptedException _) {
            giveUp("Interrupted");
            return reactions.lastSignal().orElse(Signal.INT).exitCode();
        } catch (SteadingException e) {
            giveUp(e.failure().message());
            complain(e.failure().message());
            return ExitCode.of(e.failure());
        } catch (Throwable e) {
            LOG.log(Level.ERROR, "Command `%s` failed".formatted(String.join(" ", hello.arguments())), e);
            giveUp("Steading has a bug: %s (see `%s`)".formatted(e, log));
            complain("Steading has a bug: %s (see `%s`)".formatted(e, log));
            return ExitCode.BUG;
        }
    }

    /// A compile does not fail for our reasons: its launcher becomes the compiler.
    private void giveUp(String reason) {
        if (hello.compiles()) {
            outlet.finish(List.of(local(false, true, reason)));
        }
    }

    private Invocation invocation() {
        return new Invocation(
                hello.arguments(),
                Path.of(hello.cwd()),
                environment(),
                hello.umask(),
                terminal,
                input,
                output.out(),
                output.err(),
                this);
    }

    private Map<String, String> environment() {
        var variables = new HashMap<String, String>();
        for (var variable : hello.environment()) {
            int equals = variable.indexOf('=', 1);
            if (equals > 0) {
                variables.putIfAbsent(variable.substring(0, equals), variable.substring(equals + 1));
            }
        }
        return variables;
    }

    private void complain(String message) {
        boolean _ = Thread.interrupted();
        try {
            output.err().write((message + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "Nobody to complain to", e);
        }
    }

    /// Reads what the launcher sends until it goes, or until the command's end closes the channel.
    void listen(DataInputStream in) {
        try {
            for (var frame = Frame.read(in); frame.isPresent(); frame = Frame.read(in)) {
                take(frame.get());
            }
        } catch (ProtocolException e) {
            LOG.log(Level.WARNING, "Launcher broke the protocol: " + e.getMessage());
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "Launcher vanished", e);
        }
        outlet.abandon();
        input.end();
        boolean _ = hold.letGo(() -> {});
        reactions.hangUp();
    }

    private void take(Frame frame) throws ProtocolException {
        var payload = new PayloadReader(frame);
        switch (frame.type()) {
            case STDIN -> input.receive(frame.payload());
            case STDIN_EOF -> input.end();
            case RESIZE -> terminal.resize(new Terminal.Size(payload.u32(), payload.u32()));
            case SIGNAL -> reactions.signal(Signal.of(payload.u8()));
            case HOLDS -> hold.take();
            case HELLO, WELCOME, STDOUT, STDERR, READ, RESUME, EXIT, STOPPING, LOCAL, WORKING, WRITING ->
                throw new ProtocolException("Frame `%s` does not belong here".formatted(frame.type()));
        }
    }

    /// Tells the launcher that the process ends, and interrupts the command. Not for those that asked for it. A
    /// compile that is being written is left alone: it has its end in sight, and its launcher would write as
    /// well.
    void end(Ending ending) {
        if (hold.letGo(() -> sendOff(ending))) {
            reactions.interrupt();
        }
    }

    private void sendOff(Ending ending) {
        giveUp("Steading ends");
        if (ending.reconnect()) {
            outlet.finish(List.of(stopping(false, "Steading was replaced by another build while the command ran")));
        } else {
            var message = "Steading was stopped: what was not finished goes on when it starts again\n";
            outlet.finish(List.of(text(FrameType.STDERR, message), exit(ExitCode.TRY_AGAIN, false)));
        }
    }

    /// Tells the launcher of a compile that somebody is still at it.
    void tellAlive() {
        if (hello.compiles()) {
            outlet.sendIfQuiet(new PayloadWriter().frame(FrameType.WORKING));
        }
    }

    /// Returns whether the launcher can go on without this process: elsewhere, or as the compiler. A command that
    /// would have to be repeated had better reach its end where no other process follows.
    synchronized boolean resumable(Ending ending) {
        return resumable || hello.compiles() || (repeatable && ending.reconnect());
    }

    synchronized Optional<String> requestsStop() {
        return lastWords;
    }

    boolean awaitEnd(Duration patience) throws InterruptedException {
        return ended.await(patience.toNanos(), TimeUnit.NANOSECONDS);
    }

    /// Sends the exit code of a command that asked for the stop. Its launcher waits on until the channel is
    /// closed, and that does not happen before the process ends.
    void sayLastWords() {
        requestsStop()
                .ifPresent(words -> outlet.finish(List.of(text(FrameType.STDOUT, words + "\n"), exit(exitCode, true))));
        try {
            sender.join(LAST_WORDS_LIMIT);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void onSignal(Consumer<Signal> listener) {
        reactions.onSignal(listener);
    }

    @Override
    public void onHangup(Runnable listener) {
        reactions.onHangup(listener);
    }

    @Override
    public void resumeWith(List<String> arguments) {
        synchronized (this) {
            resumable = true;
        }
        outlet.sendNow(resume(arguments));
    }

    @Override
    public CompileCaller compile() {
        if (!hello.compiles()) {
            throw new IllegalStateException("Command `%s` is not a compile".formatted(hello.arguments()));
        }
        return this;
    }

    @Override
    public void hold() throws InterruptedException {
        outlet.sendNow(new PayloadWriter().frame(FrameType.WRITING));
        hold.await();
    }

    @Override
    public void handBack(boolean failed, String reason) {
        handedBack = true;
        outlet.finish(List.of(local(true, failed, reason)));
    }

    /// Returns whether there is nothing left to do but to hear of the end.
    boolean handedBack() {
        return handedBack;
    }

    @Override
    public synchronized void requestStop(String words) {
        lastWords = Optional.of(words);
    }

    static Frame text(FrameType type, String text) {
        return new Frame(type, StandardCharsets.UTF_8.encode(text));
    }

    static Frame resume(List<String> arguments) {
        return new PayloadWriter().strings(arguments).frame(FrameType.RESUME);
    }

    /// @param atEndOfStream whether the launcher shall wait for the end of the stream before it exits
    static Frame exit(int code, boolean atEndOfStream) {
        return new PayloadWriter().u8(code).u8(atEndOfStream ? 1 : 0).frame(FrameType.EXIT);
    }

    /// @param keep whether the launcher shall hang up no sooner than the compiler has ended
    static Frame local(boolean keep, boolean failed, String reason) {
        int flags = (keep ? KEEP_SOCKET : 0) | (failed ? FARM_FAILED : 0);
        return new PayloadWriter().u8(flags).string(reason).frame(FrameType.LOCAL);
    }

    /// @param untouched whether nothing of the command was run, so that it may simply be sent again
    static Frame stopping(boolean untouched, String reason) {
        return new PayloadWriter().u8(untouched ? 1 : 0).string(reason).frame(FrameType.STOPPING);
    }
}

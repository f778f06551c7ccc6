// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.door;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// What happens to a command on signals and hang-up: its listeners are told, or else its thread is interrupted.
///
/// Thread-safe. Listeners are called without a lock; one that throws is logged, and the others are told all the
/// same.
final class Reactions {
    private static final System.Logger LOG = System.getLogger(Reactions.class.getName());

    @GuardedBy("this")
    private final List<Consumer<Signal>> signalListeners = new ArrayList<>();

    @GuardedBy("this")
    private final List<Runnable> hangupListeners = new ArrayList<>();

    @GuardedBy("this")
    private Optional<Thread> command = Optional.empty();

    @GuardedBy("this")
    private Optional<Signal> lastSignal = Optional.empty();

    @GuardedBy("this")
    private boolean hungUp;

    synchronized void interrupting(Thread thread) {
        command = Optional.of(thread);
    }

    /// The command has returned: nothing is told or interrupted any more.
    synchronized void disarm() {
        command = Optional.empty();
        signalListeners.clear();
        hangupListeners.clear();
    }

    synchronized void interrupt() {
        command.ifPresent(Thread::interrupt);
    }

    synchronized Optional<Signal> lastSignal() {
        return lastSignal;
    }

    synchronized void onSignal(Consumer<Signal> listener) {
        signalListeners.add(listener);
    }

    void onHangup(Runnable listener) {
        boolean late;
        synchronized (this) {
            late = hungUp;
            hangupListeners.add(listener);
        }
        if (late) {
            listener.run();
        }
    }

    void signal(Signal signal) {
        List<Consumer<Signal>> listeners;
        synchronized (this) {
            listeners = List.copyOf(signalListeners);
            if (signal != Signal.CONT) {
                lastSignal = Optional.of(signal);
            }
        }
        if (listeners.isEmpty() && signal != Signal.CONT) {
            interrupt();
        }
        listeners.forEach(listener -> guarded(() -> listener.accept(signal)));
    }

    void hangUp() {
        List<Runnable> listeners;
        synchronized (this) {
            hungUp = true;
            listeners = List.copyOf(hangupListeners);
            if (lastSignal.isEmpty()) {
                lastSignal = Optional.of(Signal.HUP);
            }
        }
        if (listeners.isEmpty()) {
            interrupt();
        }
        listeners.forEach(Reactions::guarded);
    }

    private static void guarded(Runnable listener) {
        try {
            listener.run();
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "Listener failed", e);
        }
    }
}

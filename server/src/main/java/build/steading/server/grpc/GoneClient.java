// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.grpc.Context;

/// Wakes the thread of a call that waits, if its client goes away meanwhile. Events of a call come one at a time,
/// so a call that waits would not hear of it otherwise.
final class GoneClient implements AutoCloseable {
    private final Context context = Context.current();
    private final Thread waiting = Thread.currentThread();
    private final Context.CancellationListener listener = _ -> wake();

    @GuardedBy("this")
    private boolean over;

    private GoneClient() {}

    /// Interrupts the present thread when the client of the present call goes away, until this is closed.
    static GoneClient interruptsMe() {
        var gone = new GoneClient();
        gone.context.addListener(gone.listener, Runnable::run);
        return gone;
    }

    /// Returns whether the client has gone.
    boolean isGone() {
        return context.isCancelled();
    }

    private synchronized void wake() {
        if (!over) {
            waiting.interrupt();
        }
    }

    /// From now on the thread is left alone; an interrupt that came too late to be noticed is taken back.
    @Override
    public void close() {
        context.removeListener(listener);
        synchronized (this) {
            over = true;
        }
        if (isGone()) {
            Thread.interrupted();
        }
    }
}

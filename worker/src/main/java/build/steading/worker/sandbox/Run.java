// SPDX-License-Identifier: Apache-2.0
package build.steading.worker.sandbox;

import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// One command that runs. [#cancel] may be called from any thread, all else from one.
public final class Run implements AutoCloseable {
    private static final int CANCEL = 'T';
    private static final int END_SOURCE = 255;
    private static final int STDERR_SOURCE = 2;
    private static final int KEPT_ERRORS = 2000;
    private static final int LONGEST_RECORD = 1 << 20;
    private static final int KILL_SECONDS = 10;

    private final Process process;
    private final Consumer<Process> release;
    private final InputStream output;
    private final StringBuilder errors = new StringBuilder();

    @GuardedBy("this")
    private boolean over;

    /// @param release takes the process back if it is good for another run
    Run(Process process, Consumer<Process> release) {
        this.process = process;
        this.release = release;
        this.output = process.getInputStream();
    }

    /// Takes what the command prints, as it comes.
    public interface Printed {
        /// @param source 1 for standard output, 2 for standard error
        /// @param micros when, since 1970-01-01 UTC
        /// @param bytes valid during the call only, up to `length`
        void accept(int source, long micros, byte[] bytes, int length);

        /// Nothing more has come for now.
        void pause();
    }

    /// Passes on what the command prints until it ends.
    ///
    /// @throws SteadingException with `Unavailable` if the runner vanished
    public RunEnd await(Printed printed) {
        var data = new DataInputStream(output);
        var buffer = new byte[64 * 1024];
        try {
            while (true) {
                if (output.available() == 0) {
                    printed.pause();
                }
                var source = data.readUnsignedByte();
                var micros = data.readLong();
                var length = data.readInt();
                if (length < 0 || length > LONGEST_RECORD) {
                    throw new IOException("A record of %d bytes".formatted(length));
                }
                if (length > buffer.length) {
                    buffer = new byte[length];
                }
                data.readFully(buffer, 0, length);
                if (source == END_SOURCE) {
                    setOver();
                    return RunEnd.parse(new String(buffer, 0, length, StandardCharsets.UTF_8), errors.toString());
                }
                keepErrors(source, buffer, length);
                printed.accept(source, micros, buffer, length);
            }
        } catch (IOException e) {
            throw new SteadingException(new Failure.Unavailable("The runner vanished"), e);
        }
    }

    private void keepErrors(int source, byte[] bytes, int length) {
        var room = KEPT_ERRORS - errors.length();
        if (source == STDERR_SOURCE && room > 0) {
            errors.append(new String(bytes, 0, Math.min(room, length), StandardCharsets.UTF_8));
        }
    }

    /// Nothing must reach the runner afterwards: it may be at another run already.
    private synchronized void setOver() {
        over = true;
    }

    private synchronized boolean isOver() {
        return over;
    }

    /// Asks the command's processes to end, and has them killed a moment later. [#await] then returns.
    public synchronized void cancel() {
        if (over) {
            return;
        }
        try {
            process.getOutputStream().write(CANCEL);
            process.getOutputStream().flush();
        } catch (IOException _) {
            // The runner is gone, and everything with it.
        }
    }

    /// Kills whatever still runs. Does nothing after [#await] has returned.
    @Override
    public void close() {
        if (isOver()) {
            release.accept(process);
        } else {
            end(process);
        }
    }

    /// Ends a runner and what it runs.
    static void end(Process process) {
        closeQuietly(process.getOutputStream());
        closeQuietly(process.getInputStream());
        try {
            if (!process.waitFor(KILL_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException _) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private static void closeQuietly(Closeable stream) {
        try {
            stream.close();
        } catch (IOException _) {
            // The runner has ended already.
        }
    }
}

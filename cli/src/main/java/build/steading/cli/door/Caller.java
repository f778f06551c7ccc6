// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.door;

import java.util.List;
import java.util.function.Consumer;

/// Whoever waits for a command: the launcher in the user's terminal. Implementations are thread-safe.
///
/// Listeners are called one after the other on the connection's own thread: they must return at once.
public interface Caller {
    /// Has `listener` told of each signal from now on. A command without a listener is interrupted by every
    /// signal but `CONT`.
    void onSignal(Consumer<Signal> listener);

    /// Has `listener` told when the launcher vanishes, at once if it already has. A command without a listener is
    /// interrupted then.
    void onHangup(Runnable listener);

    /// Tells the launcher what to run in place of this command should this process die or be replaced.
    ///
    /// @param arguments what attaches to the work, which must be durable by now
    void resumeWith(List<String> arguments);

    /// Has the launcher of a compile run the compiler itself, at once. Whatever the command wrote is forgotten, and
    /// so will be its exit code. The launcher hangs up when the compiler has ended.
    ///
    /// @param failed whether the farm should have compiled this, but could not
    /// @param reason for whoever wants to know
    /// @throws IllegalStateException if the command is not a compile
    void handBack(boolean failed, String reason);

    /// Asks the process to end once this command has returned.
    ///
    /// @param lastWords printed on the command's `out` when nothing of the process is left but this connection
    void requestStop(String lastWords);
}

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

    /// Returns what else there is to say to the launcher of a compile.
    ///
    /// @throws IllegalStateException if the command is not a compile
    CompileCaller compile();

    /// Asks the process to end once this command has returned.
    ///
    /// @param lastWords printed on the command's `out` when nothing of the process is left but this connection
    void requestStop(String lastWords);
}

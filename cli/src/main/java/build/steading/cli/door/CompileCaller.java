// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.door;

/// Whoever waits for a compile: a launcher that can become the compiler, and does so when it loses patience.
/// Implementations are thread-safe.
public interface CompileCaller {
    /// Returns when the launcher has said that it waits for the answer from now on, as long as this process
    /// lives. Only then may files be written that the compiler would write: until then, it may be at that itself.
    ///
    /// @throws InterruptedException if it does not wait any more, or this process has sent it off
    void hold() throws InterruptedException;

    /// Has the launcher run the compiler itself, at once. Whatever the command wrote is forgotten, and so will be
    /// its exit code. The launcher hangs up when the compiler has ended.
    ///
    /// @param failed whether the farm should have compiled this, but could not
    /// @param reason for whoever wants to know
    void handBack(boolean failed, String reason);
}

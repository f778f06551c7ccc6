// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.door;

/// Why the background process ends.
enum Ending {
    /// A command asked for it.
    STOPPED,
    /// The system or an administrator asked for it.
    TERMINATED,
    /// A launcher of another build came: the launchers that still wait connect to its process.
    REPLACED,
    /// Nothing was asked for a long time.
    IDLE;

    /// Returns whether launchers shall start the process again and go on there.
    boolean reconnect() {
        return this == REPLACED || this == IDLE;
    }
}

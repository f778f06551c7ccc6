// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.door;

/// The terminal that a command was typed in: which streams it is, and how large. Thread-safe.
public final class Terminal {
    private final boolean stdinTty;
    private final boolean stdoutTty;
    private final boolean stderrTty;
    private volatile Size size;

    /// @param columns 0 if unknown
    /// @param rows 0 if unknown
    public record Size(int columns, int rows) {}

    public Terminal(boolean stdinTty, boolean stdoutTty, boolean stderrTty, Size size) {
        this.stdinTty = stdinTty;
        this.stdoutTty = stdoutTty;
        this.stderrTty = stderrTty;
        this.size = size;
    }

    /// Returns what a script or a pipe has: no stream is a terminal.
    public static Terminal none() {
        return new Terminal(false, false, false, new Size(0, 0));
    }

    public boolean stdinTty() {
        return stdinTty;
    }

    public boolean stdoutTty() {
        return stdoutTty;
    }

    public boolean stderrTty() {
        return stderrTty;
    }

    /// Returns the size as it is now: it changes when the user resizes the window.
    public Size size() {
        return size;
    }

    void resize(Size changed) {
        size = changed;
    }
}

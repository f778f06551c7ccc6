// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.door;

import java.net.ProtocolException;

/// What the terminal or another process tells a command. The numbers are Linux's, on every system.
public enum Signal {
    HUP(1),
    INT(2),
    QUIT(3),
    TERM(15),
    /// The command was stopped (Ctrl-Z) and goes on: paint the terminal again.
    CONT(18);

    private final int number;

    Signal(int number) {
        this.number = number;
    }

    int number() {
        return number;
    }

    /// Returns the exit code of a command that this signal ended, as shells give it.
    public int exitCode() {
        return 128 + number;
    }

    static Signal of(int number) throws ProtocolException {
        for (var signal : values()) {
            if (signal.number == number) {
                return signal;
            }
        }
        throw new ProtocolException("Signal %d is unknown".formatted(number));
    }
}

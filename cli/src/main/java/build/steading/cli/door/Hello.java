// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.door;

import java.net.ProtocolException;
import java.util.List;

/// The first frame of a launcher: what was typed, where, and on what terminal.
///
/// @param buildId the launcher's distribution, or empty if any process will do
/// @param arguments without the program's own name
/// @param environment `NAME=value` each
/// @param columns 0 if unknown
/// @param rows 0 if unknown
/// @param umask the caller's, for files that the command writes on its behalf
record Hello(
        String buildId,
        String cwd,
        List<String> arguments,
        List<String> environment,
        boolean stdinTty,
        boolean stdoutTty,
        boolean stderrTty,
        int columns,
        int rows,
        int umask) {
    /// Raised with every change that an older launcher or process would misread.
    static final int PROTOCOL_VERSION = 2;

    private static final int STDIN_TTY = 1;
    private static final int STDOUT_TTY = 2;
    private static final int STDERR_TTY = 4;

    Hello {
        arguments = List.copyOf(arguments);
        environment = List.copyOf(environment);
    }

    /// Returns whether the launcher compiles: it becomes the compiler unless it gets an exit code.
    boolean compiles() {
        return arguments.size() > 1
                && arguments.getFirst().equals("cc")
                && !arguments.get(1).startsWith("-");
    }

    /// Returns the same with other arguments.
    Hello asking(List<String> others) {
        return new Hello(buildId, cwd, others, environment, stdinTty, stdoutTty, stderrTty, columns, rows, umask);
    }

    Frame encoded() {
        return new PayloadWriter()
                .u32(PROTOCOL_VERSION)
                .string(buildId)
                .string(cwd)
                .strings(arguments)
                .strings(environment)
                .u8((stdinTty ? STDIN_TTY : 0) | (stdoutTty ? STDOUT_TTY : 0) | (stderrTty ? STDERR_TTY : 0))
                .u32(columns)
                .u32(rows)
                .u32(umask)
                .frame(FrameType.HELLO);
    }

    /// How a HELLO of any version begins: enough to know whether the rest can be read.
    record Prologue(int version, String buildId) {
        /// @throws ProtocolException if the frame is no HELLO
        static Prologue decode(Frame frame) throws ProtocolException {
            if (frame.type() != FrameType.HELLO) {
                throw new ProtocolException("First frame is `%s`, not `HELLO`".formatted(frame.type()));
            }
            var payload = new PayloadReader(frame);
            return new Prologue(payload.u32(), payload.string());
        }

        /// Returns whether a process of the build `ours` may serve this launcher.
        ///
        /// @param any whether it serves launchers of all builds
        boolean fits(String ours, boolean any) {
            return version == PROTOCOL_VERSION && (any || buildId.isEmpty() || buildId.equals(ours));
        }
    }

    /// @throws ProtocolException if the frame is no HELLO of this version of the protocol
    static Hello decode(Frame frame) throws ProtocolException {
        var payload = new PayloadReader(frame);
        if (payload.u32() != PROTOCOL_VERSION) {
            throw new ProtocolException("Launcher speaks another version of the protocol");
        }
        var buildId = payload.string();
        var cwd = payload.string();
        var arguments = payload.strings();
        var environment = payload.strings();
        int tty = payload.u8();
        var hello = new Hello(
                buildId,
                cwd,
                arguments,
                environment,
                (tty & STDIN_TTY) != 0,
                (tty & STDOUT_TTY) != 0,
                (tty & STDERR_TTY) != 0,
                payload.u32(),
                payload.u32(),
                payload.u32());
        payload.end();
        return hello;
    }
}

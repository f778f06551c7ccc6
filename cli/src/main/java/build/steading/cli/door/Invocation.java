// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.door;

import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// One command as the user typed it, with everything that it would have found in the terminal itself.
///
/// @param arguments without the program's own name
/// @param cwd absolute; the process has another one
/// @param environment the user's, whole; the process has another one
/// @param umask the user's, for files written on the user's behalf
/// @param in nothing is taken from the user's standard input before it is read here
/// @param out becomes visible when flushed, or when 32 KiB have gathered. Writing to a client that vanished does
///     nothing
/// @param err as `out`; what is written to either arrives in the order of writing
/// @param caller whoever waits for the command
public record Invocation(
        List<String> arguments,
        Path cwd,
        Map<String, String> environment,
        int umask,
        Terminal terminal,
        InputStream in,
        OutputStream out,
        OutputStream err,
        Caller caller) {
    public Invocation {
        arguments = List.copyOf(arguments);
        environment = Map.copyOf(environment);
    }
}

// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.command;

import build.steading.cli.door.Invocation;
import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/// Where a command prints: results to standard output, all else to standard error. Not thread-safe.
final class Console {
    private static final int DEFAULT_COLUMNS = 80;

    private final Invocation invocation;
    private final boolean colour;

    Console(Invocation invocation) {
        this.invocation = invocation;
        this.colour = wantsColour(invocation);
    }

    /// As https://no-color.org and the usual `CLICOLOR_FORCE` have it.
    private static boolean wantsColour(Invocation invocation) {
        var environment = invocation.environment();
        if (!environment.getOrDefault("NO_COLOR", "").isEmpty()) {
            return false;
        }
        if (!environment.getOrDefault("CLICOLOR_FORCE", "").isEmpty()) {
            return true;
        }
        return invocation.terminal().stderrTty()
                && invocation.terminal().stdoutTty()
                && !environment.getOrDefault("TERM", "dumb").equals("dumb");
    }

    Invocation invocation() {
        return invocation;
    }

    Optional<String> environment(String name) {
        return Optional.ofNullable(invocation.environment().get(name)).filter(value -> !value.isEmpty());
    }

    boolean colour() {
        return colour;
    }

    /// Returns whether lines can be painted again while things change.
    boolean live() {
        return invocation.terminal().stderrTty()
                && !environment("TERM").orElse("dumb").equals("dumb");
    }

    int columns() {
        var columns = invocation.terminal().size().columns();
        return columns > 0 ? columns : DEFAULT_COLUMNS;
    }

    int rows() {
        var rows = invocation.terminal().size().rows();
        return rows > 0 ? rows : 24;
    }

    String style(Style style, String text) {
        return colour ? style.code() + text + Style.RESET : text;
    }

    /// Prints a line of results.
    @FormatMethod
    void result(@FormatString String format, Object... values) {
        write(invocation.out(), format.formatted(values) + "\n");
    }

    /// Prints a line of results with which the command ends. It arrives together with the exit code, so that a
    /// command that is run again because its process was lost has not printed it before.
    @FormatMethod
    void conclude(@FormatString String format, Object... values) {
        try {
            invocation.out().write((format.formatted(values) + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Prints a line about what goes on.
    @FormatMethod
    void say(@FormatString String format, Object... values) {
        write(invocation.err(), format.formatted(values) + "\n");
    }

    void write(OutputStream stream, String text) {
        write(stream, text.getBytes(StandardCharsets.UTF_8));
    }

    void write(OutputStream stream, byte[] bytes) {
        try {
            stream.write(bytes);
            stream.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    PrintWriter outWriter() {
        return new PrintWriter(new OutputStreamWriter(invocation.out(), StandardCharsets.UTF_8), true);
    }

    PrintWriter errWriter() {
        return new PrintWriter(new OutputStreamWriter(invocation.err(), StandardCharsets.UTF_8), true);
    }

    /// Returns a path as the user would write it from where he is.
    String shown(Path path) {
        var cwd = invocation.cwd();
        return path.startsWith(cwd) && !path.equals(cwd) ? cwd.relativize(path).toString() : path.toString();
    }

    /// Returns who types.
    String user() {
        return environment("USER").or(() -> environment("LOGNAME")).orElse(System.getProperty("user.name", "unknown"));
    }
}

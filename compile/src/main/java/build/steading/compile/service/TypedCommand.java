// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.service;

import build.steading.compile.toolchain.Call;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A compiler as somebody called it.
///
/// @param argv as the compiler would get it, its own name first
/// @param program absolute: what that name leads to
/// @param directory absolute, without links: where it was called
/// @param environment all of the caller's
/// @param umask the caller's, for the files that the compiler would write
/// @param terminal whether messages go to a terminal
/// @param mode what the caller wants of us
public record TypedCommand(
        List<String> argv,
        String program,
        String directory,
        Map<String, String> environment,
        int umask,
        boolean terminal,
        Mode mode) {
    /// What a caller may want.
    public enum Mode {
        /// The result, as soon as may be.
        USUAL,
        /// That the farm does it, even where it would be done here sooner.
        FARM,
        /// That it is compiled even if the result is known, by the farm.
        REFRESH
    }

    public TypedCommand {
        argv = List.copyOf(argv);
        environment = Map.copyOf(environment);
    }

    boolean refresh() {
        return mode == Mode.REFRESH;
    }

    /// Returns the file after the last `-o`, absolute, if there is one: for statistics of calls that nobody
    /// understands better.
    Optional<String> likelyOutput() {
        var output = "";
        for (var i = 1; i < argv.size(); i++) {
            if (argv.get(i).equals("-o")) {
                i++;
                output = i < argv.size() ? argv.get(i) : output;
            } else if (argv.get(i).startsWith("-o")) {
                output = argv.get(i).substring(2);
            }
        }
        try {
            return Optional.of(output)
                    .filter(name -> !name.isEmpty())
                    .map(name -> Path.of(absolute(name)).normalize().toString());
        } catch (InvalidPathException _) {
            return Optional.empty();
        }
    }

    /// Returns the call of the program itself: where its name leads to us, `PATH` does not any more.
    Call call() {
        var name = argv.getFirst();
        var entries = new ArrayList<String>();
        var found = name.indexOf('/') >= 0;
        var leadsTo = Path.of(program).normalize();
        for (var entry : environment.getOrDefault("PATH", "").split(":", -1)) {
            var candidate = Path.of(absolute(entry), name).normalize();
            found |= candidate.equals(leadsTo);
            if (found || !Files.exists(candidate)) {
                entries.add(entry);
            }
        }
        return new Call(name, program, String.join(":", entries), directory);
    }

    /// Returns the directory in which a file's name is looked up, absolute.
    String parentOf(String name) {
        var absolute = absolute(name);
        return absolute.substring(0, Math.max(1, absolute.lastIndexOf('/')));
    }

    /// Returns a file's name as the kernel would take it from anywhere.
    String absolute(String name) {
        return name.startsWith("/") ? name : directory + "/" + name;
    }
}

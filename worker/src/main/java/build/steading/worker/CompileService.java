// SPDX-License-Identifier: Apache-2.0
package build.steading.worker;

import build.steading.failure.SteadingException;
import build.steading.worker.sandbox.Place;
import build.steading.worker.sandbox.Sandbox;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;

/// Lets the compilers that a command calls use the farm: in its sandbox, the launcher of Steading stands in front
/// of PATH under the name of every compiler that the machine has, and finds a home whose process, a guest in the
/// sandbox, has compiles run where a socket of ours leads. Whatever does not work, the launcher becomes the
/// compiler.
///
/// @param distribution holds the launcher, `steading`, and all that its process needs but Java
/// @param java the directory of the Java that its process runs on
/// @param socket where the Remote Execution API is served to commands
public record CompileService(Path distribution, Path java, Path socket) {
    /// The name of the link to the socket in the guest's home, by which its process knows what it is.
    public static final String SOCKET = "farm.sock";

    private static final Path SHOWN = Path.of("/run/steading");
    private static final String HOME = "steading-home";
    private static final String FRONT = "steading-compilers";
    private static final String LAUNCHER = "steading";
    private static final Pattern COMPILER =
            Pattern.compile("(.+-)?(cc|c\\+\\+|gcc|g\\+\\+|clang|clang\\+\\+)(-[0-9.]+)?");

    /// Returns whether there is anything to offer.
    boolean ready() {
        return Files.exists(socket) && Files.isExecutable(distribution.resolve(LAUNCHER));
    }

    /// Returns what a command in this sandbox has to be shown of the machine: from where to where.
    Map<Path, Path> shown(Sandbox sandbox) {
        var shown = new LinkedHashMap<Path, Path>();
        if (sandbox instanceof Sandbox.Bubblewrap) {
            shown.put(java, java);
            shown.put(distribution, SHOWN.resolve("dist"));
            shown.put(socket, SHOWN.resolve(SOCKET));
        }
        return shown;
    }

    /// Makes the compilers and the home of the guest in the command's directory for temporary files, and returns
    /// the variables by which they are found.
    ///
    /// @param path where the command finds programs
    Map<String, String> furnish(Place place, Sandbox sandbox, String path) {
        var shown = shown(sandbox);
        var steading = shown.getOrDefault(distribution, distribution);
        try {
            var home = Files.createDirectory(place.tmp().resolve(HOME));
            Files.createSymbolicLink(home.resolve(SOCKET), shown.getOrDefault(socket, socket));
            var front = Files.createDirectory(place.tmp().resolve(FRONT));
            for (var compiler : compilers(path)) {
                Files.createSymbolicLink(front.resolve(compiler), steading.resolve(LAUNCHER));
            }
        } catch (IOException e) {
            throw SteadingException.unavailable("Directory `%s`: %s".formatted(place.tmp(), e), e);
        }
        var tmp = sandbox.tmp(place);
        return Map.of(
                "STEADING_HOME", tmp.resolve(HOME).toString(),
                "PATH", "%s:%s:%s".formatted(tmp.resolve(FRONT), steading, path));
    }

    /// Only what there is may be found: whether there is a `clang`, projects ask for themselves.
    private static SortedSet<String> compilers(String path) {
        var found = new TreeSet<String>();
        for (var directory : List.of(path.split(":"))) {
            if (directory.startsWith("/")) {
                found.addAll(compilersIn(Path.of(directory)));
            }
        }
        return found;
    }

    private static List<String> compilersIn(Path directory) {
        DirectoryStream.Filter<Path> compiler =
                file -> COMPILER.matcher(file.getFileName().toString()).matches() && Files.isExecutable(file);
        var names = new ArrayList<String>();
        try (var files = Files.newDirectoryStream(directory, compiler)) {
            files.forEach(file -> names.add(file.getFileName().toString()));
        } catch (IOException _) {
            // Not every directory of a PATH exists.
        }
        return names;
    }
}

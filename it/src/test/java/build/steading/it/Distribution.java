// SPDX-License-Identifier: Apache-2.0
package build.steading.it;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// What `./steading` would put together, made once of what was just compiled: the launcher, and which Java
/// program it starts.
final class Distribution {
    /// Where all tests keep their files. Commands in the sandbox see it, which they do not of `/tmp`.
    static final Path TOP = Path.of("target/it").toAbsolutePath();

    private static final Pattern OF_TESTS = Pattern.compile(
            "test-classes|-tests\\.jar|/(junit|assertj|archunit|awaitility|opentest4j|byte-buddy|greenmail)-?[^/]*$");

    private static Optional<Path> made = Optional.empty();

    private Distribution() {}

    /// Returns the launcher.
    static synchronized Path launcher() {
        if (made.isEmpty()) {
            Required.program("cc");
            try {
                made = Optional.of(make(Files.createDirectories(TOP.resolve("dist"))));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return made.get();
    }

    private static Path make(Path directory) throws IOException {
        var launcher = directory.resolve("steading");
        var compile =
                List.of("/bin/sh", "-c", "exec cc -std=c11 -O2 -o \"$0\" ../cli/src/main/c/*.c", launcher.toString());
        var compiled = Program.run(Path.of("").toAbsolutePath(), Map.of(), compile);
        if (compiled.exitCode() != 0) {
            throw new IOException(compiled.all());
        }
        var lines = new ArrayList<>(List.of(
                "0-it",
                "it-" + ProcessHandle.current().pid(),
                Path.of(System.getProperty("java.home"), "bin/java").toString()));
        lines.addAll(List.of("-XX:+UseSerialGC", "-Xms24m", "-Xmx512m", "-XX:+UseCompactObjectHeaders"));
        lines.addAll(
                List.of("-Dfile.encoding=UTF-8", "-Dsun.jnu.encoding=UTF-8", "--enable-native-access=ALL-UNNAMED"));
        // Commands must not see into the user's home, but the stories open gates that may well lie there.
        lines.add("-Duser.home={home}");
        lines.add("-Dsteading.dist={dist}");
        lines.addAll(List.of(
                "-cp",
                classPath(Files.createDirectories(directory.resolve("lib"))),
                "build.steading.cli.SteadingProcess"));
        Files.write(directory.resolve("steading.launch"), lines);
        return launcher;
    }

    /// Copies all jars to one place: where they came from, commands in a sandbox cannot see them.
    private static String classPath(Path directory) throws IOException {
        var path = new ArrayList<String>();
        for (var entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            var file = Path.of(entry);
            if (OF_TESTS.asPredicate().test(entry)) {
                continue;
            }
            if (Files.isRegularFile(file)) {
                Files.copy(file, directory.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
                path.add("{dist}/lib/" + file.getFileName());
            } else {
                path.add(entry);
            }
        }
        return String.join(File.pathSeparator, path);
    }
}

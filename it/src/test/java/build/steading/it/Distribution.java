// SPDX-License-Identifier: Apache-2.0
package build.steading.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The distribution that `./steading` puts together of what was just compiled, in a checkout without sources: the
/// launcher, the libraries, and what the rehearsal has written down. Made once, and used by all tests.
final class Distribution {
    /// Where all tests keep their files. Commands in the sandbox see it, which they do not of `/tmp`.
    static final Path TOP = Path.of("target/it").toAbsolutePath();

    /// What is put together, and rehearsed, in a minute or two.
    private static final int PATIENCES = 4;

    private static final Path CHECKOUT = TOP.resolve("checkout");

    private static Optional<Path> made = Optional.empty();

    private Distribution() {}

    /// Returns the launcher.
    static Path launcher() {
        return directory().resolve("steading");
    }

    /// Returns the directory that the launcher lies in.
    static synchronized Path directory() {
        if (made.isEmpty()) {
            Required.program("cc");
            try {
                made = Optional.of(make());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return made.get();
    }

    /// Returns the script `./steading` of the checkout.
    static Path script() {
        directory();
        return CHECKOUT.resolve("steading");
    }

    private static Path make() throws IOException {
        layCheckout();
        var environment = Map.of("STEADING_HOME", TOP.resolve("nobody").toString());
        var command = List.of("sh", CHECKOUT.resolve("steading").toString(), "--version");
        var result = Program.start(TOP, environment, command).await(Program.PATIENCE.multipliedBy(PATIENCES));
        if (result.exitCode() != 0 || !result.err().contains("Building Steading: fast start")) {
            throw new IOException(result.all());
        }
        var directory = CHECKOUT.resolve("cli/target/dist").toRealPath();
        // Commands must not see into the user's home, but the stories open gates that may well lie there.
        var launch = directory.resolve("steading.launch");
        Files.writeString(launch, Files.readString(launch).replace("\n-cp\n", "\n-Duser.home={home}\n-cp\n"));
        return directory;
    }

    private static void layCheckout() throws IOException {
        var built = Path.of("../cli/target");
        Required.that(Files.exists(built.resolve("classpath")), "Module `cli` is not packaged");
        Farm.remove(CHECKOUT);
        var target = Files.createDirectories(CHECKOUT.resolve("cli/target"));
        Files.createDirectories(CHECKOUT.resolve("cli/src/main"));
        // Copied: through a link it would find the checkout that it came from.
        Files.copy(Path.of("../steading"), CHECKOUT.resolve("steading"));
        Files.createSymbolicLink(
                CHECKOUT.resolve("cli/src/main/c"), Path.of("../cli/src/main/c").toRealPath());
        Files.createSymbolicLink(CHECKOUT.resolve("tools"), Path.of("../tools").toRealPath());
        Files.copy(built.resolve("classpath"), target.resolve("classpath"));
        try (var jars = Files.newDirectoryStream(built, "steading-cli-*[0-9T].jar")) {
            for (var jar : jars) {
                Files.copy(jar, target.resolve(jar.getFileName()));
            }
        }
        // As after a build of no commit at all: only the distribution is missing.
        Files.writeString(Files.createDirectories(target.resolve("dist-old")).resolve("built-from"), "none\n");
        Files.createSymbolicLink(target.resolve("dist"), Path.of("dist-old"));
    }
}

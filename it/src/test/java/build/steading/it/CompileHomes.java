// SPDX-License-Identifier: Apache-2.0
package build.steading.it;

import static java.nio.charset.StandardCharsets.UTF_8;

import build.steading.it.CompileCase.State;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// One Steading for each [State], shared by all cases of a class. Property `compile.wrapper` names a program to
/// test in the place of `steading cc`.
final class CompileHomes implements BeforeAllCallback, AfterAllCallback {
    private static final List<String> COMPILERS = List.of("gcc", "g++", "cc", "c++", "clang", "clang++");

    private static final int PRIMINGS = 20;
    private static final int PRIMED = 2;

    private final Farm farm = new Farm();
    private final Fleet idle = new Fleet();
    private final Optional<String> other = Optional.ofNullable(System.getProperty("compile.wrapper"));
    private Path top = Distribution.TOP;
    private Optional<Farm> member = Optional.empty();

    @Override
    public void beforeAll(ExtensionContext context) throws IOException {
        farm.beforeAll(context);
        var name = context.getRequiredTestClass().getSimpleName();
        top = Distribution.TOP.resolve(name);
        if (other.isPresent()) {
            scripts(top.resolve("launcher"), other.get());
            return;
        }
        links(top.resolve("launcher"), launcher());
        links(top.resolve("broken-launcher"), brokenLauncher());
        farm.run(top, "cc", "--stats", "--json");
        prime();
    }

    @Override
    public void afterAll(ExtensionContext context) throws IOException {
        try {
            farm.afterAll(context);
        } finally {
            if (member.isPresent()) {
                idle.end();
            }
        }
    }

    Path top() {
        return top;
    }

    Farm farm() {
        return farm;
    }

    /// Whether it is not `steading cc` that is tested.
    boolean isOther() {
        return other.isPresent();
    }

    /// Returns what to put before compilers for the process to be in this state.
    CompileWrapper wrapper(State state) throws IOException {
        return switch (state) {
            case COLD, HIT -> wrapper(launcher(), "launcher", farm.home());
            case NO_WORKER ->
                wrapper(
                        launcher(),
                        "launcher",
                        isOther() ? farm.home() : idleMember().home());
            case NO_PROCESS ->
                isOther()
                        ? wrapper(launcher(), "launcher", farm.home())
                        : wrapper(top.resolve("broken/steading"), "broken-launcher", top.resolve("nobody"));
        };
    }

    /// Returns what became of all compiles since the process began. What is not `steading cc` does not say.
    JsonNode statistics() {
        return isOther() ? JsonNodeFactory.instance.objectNode() : Farm.json(farm.run(top, "cc", "--stats", "--json"));
    }

    /// Compiles until the farm knows the compilers: what is compiled before may run anywhere.
    void prime() throws IOException {
        if (isOther()) {
            return;
        }
        var directory = farm.directory("prime");
        var script = """
            for compiler in gcc g++ clang clang++; do
                command -v $compiler > /dev/null || continue
                echo "int primed$1;" > primed.c
                $X $compiler -c primed.c
            done
            """;
        for (int i = 0; i < PRIMINGS && compiledByFarm() < PRIMED; i++) {
            Program.run(
                    directory,
                    wrapper(State.COLD).variables(),
                    List.of("/bin/sh", "-c", script, "sh", Integer.toString(i)));
        }
    }

    private int compiledByFarm() {
        var counted = statistics();
        return counted.path("remote").asInt() + counted.path("hits").asInt();
    }

    private CompileWrapper wrapper(Path program, String masquerade, Path home) {
        return new CompileWrapper(
                other.orElse(program + " cc") + " ", top.resolve(masquerade), Map.of("STEADING_HOME", home.toString()));
    }

    private Path launcher() {
        return other.map(Path::of).orElseGet(Distribution::launcher);
    }

    /// Returns a user of a farm that has no worker, and never will.
    private Farm idleMember() throws IOException {
        if (member.isEmpty()) {
            idle.begin(top.getFileName() + "-idle");
            member = Optional.of(idle.user("member"));
        }
        return member.get();
    }

    private static void links(Path directory, Path program) throws IOException {
        Files.createDirectories(directory);
        for (var compiler : COMPILERS) {
            Files.createSymbolicLink(directory.resolve(compiler), program);
        }
    }

    /// Does what links to a launcher do, for a wrapper that knows of no masquerade.
    private static void scripts(Path directory, String wrapper) throws IOException {
        Files.createDirectories(directory);
        for (var compiler : COMPILERS) {
            var found = CompileRunner.find(compiler);
            if (found.isPresent()) {
                var script = Files.writeString(
                        directory.resolve(compiler), "#!/bin/sh\nexec %s %s \"$@\"\n".formatted(wrapper, found.get()));
                Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
            }
        }
    }

    /// Returns a launcher whose Java ends as soon as it is started.
    private Path brokenLauncher() throws IOException {
        var broken = Files.createDirectories(top.resolve("broken")).resolve("steading");
        Files.copy(Distribution.launcher(), broken, StandardCopyOption.COPY_ATTRIBUTES);
        var lines = new ArrayList<>(Files.readAllLines(Distribution.launcher().resolveSibling("steading.launch")));
        lines.set(2, "/bin/false");
        Files.write(broken.resolveSibling("steading.launch"), lines, UTF_8);
        return broken;
    }
}

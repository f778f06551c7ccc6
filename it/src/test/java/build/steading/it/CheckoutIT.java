// SPDX-License-Identifier: Apache-2.0
package build.steading.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What `./steading` makes of a checkout whose modules are compiled: the distribution, and how its processes
/// start.
class CheckoutIT {
    private static final Path TOP = Distribution.TOP.resolve("CheckoutIT");
    private static final Path HOME = TOP.resolve("home");

    @BeforeAll
    static void prepare() throws IOException {
        Farm.remove(TOP);
        Files.createDirectories(TOP);
    }

    @AfterAll
    static void clearUp() throws IOException {
        steading("stop");
        Farm.remove(TOP);
    }

    private static Program.Result steading(String... arguments) {
        return steading(HOME, "c", arguments);
    }

    /// @param launcher `java` for that in Java
    private static Program.Result steading(Path home, String launcher, String... arguments) {
        return Program.run(TOP, environment(home, launcher), command(arguments));
    }

    private static Map<String, String> environment(Path home, String launcher) {
        return Map.of("STEADING_HOME", home.toString(), "STEADING_LAUNCHER", launcher);
    }

    private static List<String> command(String... arguments) {
        var command = new ArrayList<>(List.of("sh", Distribution.script().toString()));
        command.addAll(List.of(arguments));
        return command;
    }

    private static Path cache() {
        return Distribution.directory().resolve("alone.aot");
    }

    /// Returns whether a process that has just been started has the cache mapped.
    private static boolean startsFast() throws IOException {
        return startsFrom("alone.aot", HOME, "c");
    }

    private static boolean startsFrom(String cache, Path home, String launcher) throws IOException {
        var stopped = steading(home, launcher, "stop");
        assertThat(stopped.exitCode()).as(stopped.all()).isZero();
        var status = steading(home, launcher, "status");
        assertThat(status.exitCode()).as(status.all()).isZero();
        assertThat(status.out()).startsWith("version");
        assertThat(status.err()).isEmpty();
        var pid = new ObjectMapper()
                .readTree(home.resolve("run/process.json").toFile())
                .get("pid")
                .asLong();
        return hasMapped(pid, cache);
    }

    private static boolean hasMapped(long pid, String cache) throws IOException {
        return Files.readString(Path.of("/proc/%d/maps".formatted(pid))).contains("/" + cache);
    }

    @Test
    void processStartsFromWhatTheRehearsalHasWrittenDown() throws IOException {
        assertThat(startsFast()).isTrue();
        assertThat(Distribution.script().resolveSibling("cli/target/rehearsal.log"))
                .content()
                .contains("succeeded")
                .contains("2 known already")
                .endsWith("The background process has ended\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"c", "java"})
    void processOfARoleStartsFromWhatOneLikeItHasWrittenDown(String launcher) throws Exception {
        var top = TOP.resolve("roles-" + launcher);
        var printed = Files.createDirectories(top).resolve("server.out");
        var serving = new ProcessBuilder(command("server", "--listen", "127.0.0.1:0", "--status", "127.0.0.1:0"))
                .redirectErrorStream(true)
                .redirectOutput(printed.toFile());
        serving.environment().putAll(environment(top.resolve("server"), launcher));
        var server = serving.start();
        try {
            await().atMost(Program.PATIENCE)
                    .until(() -> Files.readString(printed).contains("As an admin"));
            assertThat(hasMapped(server.pid(), "server.aot")).isTrue();
            var invitation = Files.readString(printed)
                    .lines()
                    .filter(line -> line.startsWith("As an admin:"))
                    .findFirst()
                    .orElseThrow()
                    .split("steading ", 2)[1];
            var user = top.resolve("user");

            assertThat(steading(user, launcher, invitation.split(" ", -1)).err())
                    .isEmpty();
            assertThat(startsFrom("member.aot", user, launcher)).isTrue();
            assertThat(steading(user, launcher, "stop").exitCode()).isZero();
            assertThat(printed).content().doesNotContain("DEPRECATED").hasLineCount(4);
        } finally {
            server.destroy();
            assertThat(server.waitFor(Program.PATIENCE)).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"server", "worker"})
    void helpOfARoleIsAllThatIsPrinted(String role) {
        var help = steading(role, "--help");

        assertThat(help.out()).startsWith("Usage: steading " + role);
        assertThat(help.err()).isEmpty();
    }

    /// Classes of jars that are signed cannot be had from the cache.
    @Test
    void nothingOfTheDistributionIsSigned() throws IOException {
        try (var jars = Files.newDirectoryStream(Distribution.directory().resolve("lib"), "*.jar")) {
            for (var each : jars) {
                try (var jar = new JarFile(each.toFile())) {
                    assertThat(jar.stream().map(JarEntry::getName))
                            .as(each.toString())
                            .noneMatch(name -> name.endsWith(".SF"));
                    assertThat(jar.getManifest().getEntries())
                            .as(each.toString())
                            .isEmpty();
                }
            }
        }
    }

    @Test
    void processStartsWithoutIt() throws IOException {
        // Others may have it mapped: it is put aside, not written to.
        var aside = TOP.resolve("aside");
        Files.move(cache(), aside);
        try {
            assertThat(startsFast()).isFalse();
            Files.write(cache(), new byte[4096]);
            assertThat(startsFast()).isFalse();
        } finally {
            Files.move(aside, cache(), StandardCopyOption.REPLACE_EXISTING);
        }
    }
}

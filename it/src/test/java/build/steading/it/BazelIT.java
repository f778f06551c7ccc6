// SPDX-License-Identifier: Apache-2.0
package build.steading.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import build.steading.it.Program.Result;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Bazel, as its users call it, with a farm as its executor, its cache, and the place where its builds are seen.
///
/// Debian's Bazel can neither fetch rules here nor speak TLS or through unix sockets, hence rules of our own,
/// which are those that it has built in, and a relay.
class BazelIT {
    @RegisterExtension
    static final Farm FARM = new Farm();

    private static final String RULES = """
        cc_binary = native.cc_binary
        cc_import = native.cc_import
        cc_library = native.cc_library
        cc_test = native.cc_test
        cc_toolchain = native.cc_toolchain
        cc_toolchain_suite = native.cc_toolchain_suite
        fdo_prefetch_hints = native.fdo_prefetch_hints
        fdo_profile = native.fdo_profile
        """;

    private static final String JAVA_RULES = """
        java_binary = native.java_binary
        java_import = native.java_import
        java_library = native.java_library
        java_package_configuration = native.java_package_configuration
        java_plugin = native.java_plugin
        java_runtime = native.java_runtime
        java_test = native.java_test
        java_toolchain = native.java_toolchain
        """;

    /// Names and contents by turns.
    private static final List<String> FILES = List.of(
            "WORKSPACE",
            """
            local_repository(name = "platforms", path = "/usr/share/bazel/platforms")
            local_repository(name = "rules_cc", path = "rules")
            local_repository(name = "rules_java", path = "java")
            local_repository(name = "remote_coverage_tools", path = "coverage")
            """,
            "java/WORKSPACE",
            "",
            "java/java/BUILD",
            "",
            "java/java/defs.bzl",
            JAVA_RULES,
            "coverage/WORKSPACE",
            "",
            "coverage/BUILD",
            "filegroup(name = \"coverage_report_generator\", visibility = [\"//visibility:public\"])\n",
            "rules/WORKSPACE",
            "",
            "rules/cc/BUILD",
            "",
            "rules/cc/defs.bzl",
            RULES,
            "BUILD",
            """
            cc_library(name = "greet", srcs = ["greet.cc"], hdrs = ["greet.h"])
            cc_binary(name = "hello", srcs = ["hello.cc"], deps = [":greet"])
            genrule(name = "slow", outs = ["slow.txt"], cmd = "sleep 8; echo done > $@")
            genrule(name = "note", outs = ["note.txt"], cmd = "pwd > $@; echo $$STEADING_SLOTS >> $@")
            sh_test(name = "good", srcs = ["good.sh"], data = [":hello"])
            sh_test(name = "bad", srcs = ["bad.sh"])
            """,
            "greet.h",
            "const char *greeting();\n",
            "greet.cc",
            "#include \"greet.h\"\nconst char *greeting() { return \"hello\"; }\n",
            "hello.cc",
            "#include <iostream>\n#include \"greet.h\"\nint main() { std::cout << greeting() << std::endl; }\n");

    private static Path workspace;
    private static Relay relay;
    private static final List<Path> SERVERS = new ArrayList<>();

    @BeforeAll
    static void start() throws IOException {
        Required.program("bazel");
        Required.that(
                Files.isDirectory(Path.of("/usr/share/bazel/platforms")), "There is no package `bazel-platforms`");
        workspace = FARM.directory("workspace");
        for (var i = 0; i < FILES.size(); i += 2) {
            var path = workspace.resolve(FILES.get(i));
            Files.createDirectories(path.getParent());
            Files.writeString(path, FILES.get(i + 1));
        }
        script("good.sh", "[ \"$(./hello)\" = hello ]");
        script("bad.sh", "echo 'why not'; exit 3");
        FARM.run(workspace, "status");
        var socket = FARM.home().resolve("run").resolve("reapi.sock");
        await().atMost(Program.PATIENCE).until(() -> Files.exists(socket));
        relay = new Relay(socket);
    }

    private static void script(String name, String text) throws IOException {
        var file = Files.writeString(workspace.resolve(name), "#!/bin/sh\n" + text + "\n");
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }

    @AfterAll
    static void stop() throws IOException {
        for (var server : SERVERS) {
            bazel(server, "shutdown");
        }
        if (relay != null) {
            relay.close();
        }
    }

    /// @param output where this Bazel keeps what it knows: another one is another machine
    private static Result bazel(Path output, String... arguments) {
        if (!SERVERS.contains(output)) {
            SERVERS.add(output);
        }
        var command = new ArrayList<>(List.of("bazel", "--output_user_root=" + output, "--max_idle_secs=60"));
        command.addAll(List.of(arguments));
        return Program.run(workspace, Map.of("HOME", output.toString()), command);
    }

    private static Result remotely(Path output, String verb, String... targets) throws IOException {
        var arguments = new ArrayList<>(List.of(
                verb,
                "--spawn_strategy=remote",
                "--remote_executor=" + relay.address(),
                "--bes_backend=" + relay.address(),
                "--curses=no",
                "--test_output=errors"));
        arguments.addAll(List.of(targets));
        return bazel(output, arguments.toArray(String[]::new));
    }

    @Test
    void buildsOnTheFarmAndFindsEverythingThereOnAnotherMachine() throws IOException {
        var first = remotely(FARM.directory("one"), "build", "//:hello", "//:note");

        assertThat(first.exitCode()).as(first.all()).isZero();
        assertThat(first.err()).contains(" remote");
        var hello = Program.run(
                workspace,
                Map.of(),
                List.of(workspace.resolve("bazel-bin/hello").toString()));
        assertThat(hello.out()).isEqualTo("hello\n");
        // It ran in our sandbox, where every action has this path.
        assertThat(workspace.resolve("bazel-bin/note.txt"))
                .content()
                .startsWith("/tmp/steading/work")
                .endsWith("\n");

        var second = remotely(FARM.directory("two"), "build", "//:hello", "//:note");

        assertThat(second.exitCode()).as(second.all()).isZero();
        assertThat(second.err()).contains("remote cache hit").doesNotContainPattern("[0-9]+ remote[.,]");
    }

    @Test
    void testsRunOnTheFarmAndSayWhyTheyFail() throws IOException {
        var tested = remotely(FARM.directory("tests"), "test", "//:good", "//:bad");

        assertThat(tested.exitCode()).as(tested.all()).isEqualTo(3);
        assertThat(tested.all())
                .contains("why not")
                .containsPattern("//:good +PASSED")
                .containsPattern("//:bad +FAILED");
    }

    @Test
    void cacheAloneSparesAnotherMachineTheWork() throws IOException {
        var arguments = List.of(
                "build", "--remote_cache=" + relay.address(), "--spawn_strategy=local", "--copt=-DLOCAL", "//:hello");

        var first = bazel(FARM.directory("local"), arguments.toArray(String[]::new));
        var second = bazel(FARM.directory("other"), arguments.toArray(String[]::new));

        assertThat(first.exitCode()).as(first.all()).isZero();
        assertThat(first.err()).containsPattern("[0-9] local");
        assertThat(second.exitCode()).as(second.all()).isZero();
        assertThat(second.err()).contains("remote cache hit").doesNotContainPattern("[0-9] local");
    }

    @Test
    void invocationIsSeenAndFollowedWhileItGoesOn() throws IOException {
        var output = FARM.directory("live");
        var built = CompletableFuture.supplyAsync(() -> {
            try {
                return remotely(output, "build", "//:slow");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        var id = await().atMost(Program.PATIENCE).until(() -> underWay("//:slow"), number -> number > 0);

        await().atMost(Program.PATIENCE)
                .until(() -> FARM.run(workspace, "build", String.valueOf(id), "--json")
                        .out()
                        .contains("\"waiting\""));
        var cancelled = FARM.run(workspace, "cancel", String.valueOf(id));
        var followed = FARM.run(workspace, "attach", String.valueOf(id));

        assertThat(cancelled.exitCode()).isEqualTo(2);
        assertThat(cancelled.err()).contains("Build %d is done by Bazel: stop it there".formatted(id));
        assertThat(built.join().exitCode()).as(built.join().all()).isZero();
        assertThat(followed.exitCode()).as(followed.all()).isZero();
        assertThat(followed.all()).contains("//:slow");
        assertThat(FARM.run(workspace, "builds", "--all").out()).containsPattern(id + " .*succeeded");
    }

    private static long underWay(String target) {
        var builds = Farm.json(FARM.run(workspace, "builds", "--all", "--json"));
        return StreamSupport.stream(builds.spliterator(), false)
                .filter(build -> build.toString().contains(target)
                        && build.get("state").asText().equals("running"))
                .mapToLong(build -> build.get("build").asLong())
                .findFirst()
                .orElse(0);
    }

    @Test
    void invocationIsSeenAmongTheFarmsBuilds() throws IOException {
        var built = remotely(FARM.directory("seen"), "build", "--copt=-DSEEN", "//:greet");
        assertThat(built.exitCode()).as(built.all()).isZero();

        var builds = Farm.json(FARM.run(workspace, "builds", "--all", "--json"));

        assertThat(StreamSupport.stream(builds.spliterator(), false))
                .anySatisfy(build -> assertThat(build.toString()).contains("//:greet", "succeeded", "bazel"));
    }
}

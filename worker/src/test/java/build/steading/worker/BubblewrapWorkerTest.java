// SPDX-License-Identifier: Apache-2.0
package build.steading.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import build.steading.blob.Blobs;
import build.steading.platform.PlatformProperties;
import build.steading.worker.sandbox.Sandbox;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;

class BubblewrapWorkerTest extends SandboxedTest {
    @Override
    Sandbox sandbox(Path directory) {
        return TestSandboxes.bubblewrap(directory);
    }

    @Test
    void inputRootIsAtOnePlaceForAll() throws Exception {
        assertThat(farm.shell("pwd")).isEqualTo("/tmp/steading/work\n");
    }

    @Test
    void networkIsThereOnlyForThoseWhoAsk() throws Exception {
        var ours = Files.readSymbolicLink(Path.of("/proc/self/ns/net")) + "\n";

        assertThat(farm.shell("readlink /proc/self/ns/net")).isNotEqualTo(ours);
        var action = farm.action().shell("readlink /proc/self/ns/net").property(PlatformProperties.NETWORK, "on");
        assertThat(farm.stdout(farm.complete(action))).isEqualTo(ours);
    }

    @Test
    void kernelInterfacesOfTheMachineAreNotCarriedAlong() throws Exception {
        assumeThat(System.getProperty("user.name")).isEqualTo("root");
        var types = farm.shell("sed 's/.* - //' /proc/self/mountinfo").lines().map(line -> line.split(" ", 2)[0]);

        assertThat(types)
                .contains("proc", "devpts")
                .doesNotContain("cgroup", "cgroup2", "tracefs", "debugfs", "mqueue");
    }

    @Test
    @ResourceLock(TestSandboxes.MOUNTS)
    void whatIsMountedWhileTheWorkerRunsIsSeen() throws Exception {
        assumeThat(System.getProperty("user.name")).isEqualTo("root");
        // Commands have a `/tmp` of their own.
        var place = Files.createTempDirectory(Path.of("/opt"), "steading-");
        assertThat(farm.shell("ls -A " + place)).isEmpty();
        assertThat(run("mount", "-t", "tmpfs", "tmpfs", place.toString())).isZero();
        try {
            Files.writeString(place.resolve("new"), "");

            assertThat(farm.shell("ls -A " + place)).isEqualTo("new\n");
        } finally {
            assertThat(run("umount", place.toString())).isZero();
        }
        assertThat(farm.shell("ls -A " + place)).isEmpty();
        Files.delete(place);
    }

    private static long entries(Path path) throws Exception {
        try (var entries = Files.list(path)) {
            return entries.count();
        }
    }

    private static int run(String... command) throws Exception {
        return new ProcessBuilder(command).inheritIO().start().waitFor();
    }

    @Test
    void nothingOfAnActionIsLeftForTheNext() throws Exception {
        var look = "pwd; ls -A . ~ /tmp /tmp/steading /var/tmp /run; stat -c %a . ~ /tmp";
        var first = farm.shell(look);
        for (var i = 0; i < 3; i++) {
            farm.shell("touch here ~/there /tmp/x /var/tmp/y; mkdir /tmp/steading/z; chmod 700 . ~ /tmp");

            assertThat(farm.shell(look)).isEqualTo(first);
        }
    }

    @Test
    void notMoreSandboxesStandReadyThanThereAreSlots() throws Exception {
        for (var i = 0; i < 20; i++) {
            farm.shell("echo " + i);
        }
        var attempts = directory.resolve("worker").resolve("attempts");
        for (var patience = 0; patience < 500 && !within(entries(attempts)); patience++) {
            Thread.sleep(20);
        }

        assertThat(entries(attempts)).isBetween(1L, 2L);
    }

    private static boolean within(long count) {
        return count >= 1 && count <= 2;
    }

    @Test
    void workerIsOutOfReach() throws Exception {
        assertThat(farm.shell("ls -A /root; kill -9 %d 2>/dev/null || echo safe"
                        .formatted(ProcessHandle.current().pid())))
                .isEqualTo("safe\n");
    }

    @Test
    void inputTreeIsTheWholeFileSystemForThoseWhoAsk() throws Exception {
        var shell = directory.resolve("list");
        var source = Files.writeString(directory.resolve("list.c"), """
            #include <dirent.h>
            #include <stdio.h>
            int main(void) {
              DIR *root = opendir("/");
              for (struct dirent *entry; (entry = readdir(root));)
                if (entry->d_name[0] != '.') printf("%s ", entry->d_name);
              char line[9] = "";
              FILE *in = fopen("/home/ann/in", "r"), *out = fopen("out/file", "w");
              fprintf(out, "%s", fgets(line, sizeof line, in));
              return fclose(out);
            }
            """);
        var compiler = new ProcessBuilder("cc", "-static", "-o", shell.toString(), source.toString()).start();
        assumeThat(compiler.waitFor()).as("static programs can be made").isZero();
        var action = farm.action()
                .program("usr/bin/list", Blobs.put(farm.store, Files.readAllBytes(shell)))
                .file("home/ann/in", "text")
                .run("list")
                .command(command -> command.setWorkingDirectory("home/ann"))
                .outputs("out/file")
                .property(PlatformProperties.FILE_SYSTEM, "input");

        var result = farm.complete(action);

        assertThat(farm.stdout(result).split(" "))
                .containsExactlyInAnyOrder("dev", "home", "proc", "run", "tmp", "usr");
        assertThat(content(result, "out/file")).isEqualTo("text");
    }
}

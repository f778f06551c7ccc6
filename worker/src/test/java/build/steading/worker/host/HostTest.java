// SPDX-License-Identifier: Apache-2.0
package build.steading.worker.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostTest {
    @TempDir
    Path root;

    private void file(String path, String content) throws IOException {
        var file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }

    @Test
    void knowsTheDistribution() throws Exception {
        file("usr/lib/os-release", "NAME=\"Arch Linux\"\nID=arch\n");
        assertThat(new Host(root).distribution()).isEqualTo(Map.of("id", "arch"));
        file("etc/os-release", "PRETTY_NAME=\"Debian 12\"\nVERSION_ID=\"12\"\nID=debian\n");
        assertThat(new Host(root).distribution()).isEqualTo(Map.of("id", "debian", "version", "12"));
    }

    @Test
    void knowsTheProcessorByItsFirstCore() throws Exception {
        file("proc/cpuinfo", """
            processor\t: 0
            model name\t: Fast 9000
            flags\t\t: fpu vme avx2  sse4_2

            processor\t: 1
            model name\t: Slow 1
            """);
        assertThat(new Host(root).cpu()).isEqualTo(Map.of("model", "Fast 9000", "flags", List.of("avx2", "sse4_2")));
    }

    @Test
    void knowsTheFeaturesOfTheKernel() throws Exception {
        assertThat(new Host(root).features()).isEmpty();
        file("dev/fuse", "");
        file("dev/kvm", "");
        file("proc/filesystems", "nodev\tsysfs\n\text4\nnodev\toverlay\n");
        file("proc/sys/kernel/seccomp/actions_avail", "kill\n");
        file("proc/sys/user/max_user_namespaces", "1000\n");
        assertThat(new Host(root).features()).containsExactly("fuse", "kvm", "overlayfs", "seccomp", "user-namespaces");
        file("proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1\n");
        assertThat(new Host(root).features()).doesNotContain("user-namespaces");
    }

    @Test
    void knowsTheVersionOfControlGroups() throws Exception {
        assertThat(new Host(root).cgroup()).isEmpty();
        file("sys/fs/cgroup/memory/tasks", "");
        assertThat(new Host(root).cgroup()).contains(1L);
        file("sys/fs/cgroup/cgroup.controllers", "");
        assertThat(new Host(root).cgroup()).contains(2L);
    }

    @Test
    void knowsTheCLibrary() throws Exception {
        assertThat(new Host(root).libc()).isEmpty();
        file("lib/libc.so.6", "\0GNU C Library (Debian GLIBC 2.36-9) stable release version 2.36.\n\0");
        file(
                "proc/self/maps",
                "7f0a-7f0b r--p 0 fe:00 1   /usr/bin/java\n7f0c-7f0d r-xp 0 fe:00 2   " + root.resolve("lib/libc.so.6")
                        + "\n");
        assertThat(new Host(root).libc()).isEqualTo(Map.of("name", "glibc", "version", "2.36"));
        file("proc/self/maps", "7f0c-7f0d r-xp 0 fe:00 2   /lib/ld-musl-x86_64.so.1\n");
        assertThat(new Host(root).libc()).isEqualTo(Map.of("name", "musl"));
    }

    @Test
    void thisMachineHasWhatEveryMachineHas() {
        assertThat(new Host(Path.of("/")).properties(root))
                .containsKeys("os", "arch", "byteorder", "maxint", "cores", "memory", "disk", "kernel", "features");
    }
}

// SPDX-License-Identifier: Apache-2.0
package build.steading.worker.host;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Finds out what a machine is, from files of the system, without starting any process. What cannot be found out
/// is left out. Immutable.
public final class Host {
    /// Out of the many that a processor has, those that programs are compiled for, or that virtual machines need.
    private static final Set<String> CPU_FLAGS = Set.of(
            "aes",
            "amx_tile",
            "asimd",
            "atomics",
            "avx",
            "avx2",
            "avx512bw",
            "avx512f",
            "avx512vl",
            "bmi2",
            "crc32",
            "f16c",
            "fma",
            "pclmulqdq",
            "popcnt",
            "sha2",
            "sha_ni",
            "sse4_2",
            "sve",
            "sve2",
            "svm",
            "vmx");

    private final Path root;

    /// @param root the root of the file system
    public Host(Path root) {
        this.root = root;
    }

    /// Returns `os`, `arch`, `byteorder`, `maxint`, `cores`, `cpu` (`model` and `flags`), `memory` and `disk`
    /// (both in bytes, in all), `kernel`, `features` of it, `cgroup`, `distribution` (`id` and `version`) and
    /// `hostname`.
    ///
    /// @param directory on the disk that counts
    public Map<String, Object> properties(Path directory) {
        var values = new HashMap<String, Object>();
        values.put("os", System.getProperty("os.name", "unknown").toLowerCase(Locale.ROOT));
        values.put("arch", arch());
        values.put("byteorder", ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN ? "big" : "little");
        values.put("maxint", Long.MAX_VALUE);
        values.put("cores", (long) Runtime.getRuntime().availableProcessors());
        values.put("kernel", System.getProperty("os.version", "unknown"));
        values.put("features", features());
        memory().ifPresent(bytes -> values.put("memory", bytes));
        disk(directory).ifPresent(bytes -> values.put("disk", bytes));
        hostname().ifPresent(name -> values.put("hostname", name));
        cgroup().ifPresent(version -> values.put("cgroup", version));
        putUnlessEmpty(values, "cpu", cpu());
        putUnlessEmpty(values, "distribution", distribution());
        return values;
    }

    private static void putUnlessEmpty(Map<String, Object> values, String name, Map<String, Object> value) {
        if (!value.isEmpty()) {
            values.put(name, value);
        }
    }

    /// Returns the name that `uname -m` has for it.
    /// Returns what processors the machine has, such as `x86_64`.
    public static String arch() {
        var arch = System.getProperty("os.arch", "unknown");
        return arch.equals("amd64") ? "x86_64" : arch;
    }

    private static Optional<Long> memory() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system
                ? Optional.of(system.getTotalMemorySize())
                : Optional.empty();
    }

    private static Optional<Long> disk(Path directory) {
        try {
            return Optional.of(Files.getFileStore(directory).getTotalSpace());
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    private static Optional<String> hostname() {
        try {
            return Optional.of(InetAddress.getLocalHost().getHostName());
        } catch (UnknownHostException _) {
            return Optional.empty();
        }
    }

    /// Returns what of the kernel's is of use to builds, under names of ours.
    List<String> features() {
        var features = new ArrayList<String>();
        if (exists("dev/fuse")) {
            features.add("fuse");
        }
        if (exists("dev/kvm")) {
            features.add("kvm");
        }
        if (text("proc/filesystems").lines().anyMatch(line -> line.strip().equals("nodev\toverlay"))) {
            features.add("overlayfs");
        }
        if (exists("proc/sys/kernel/seccomp/actions_avail")) {
            features.add("seccomp");
        }
        if (userNamespaces()) {
            features.add("user-namespaces");
        }
        return features;
    }

    /// Whether ordinary users can make them: that is limited in three places.
    private boolean userNamespaces() {
        var limit = text("proc/sys/user/max_user_namespaces").strip();
        return !limit.isEmpty()
                && !limit.equals("0")
                && !text("proc/sys/kernel/unprivileged_userns_clone").strip().equals("0")
                && !text("proc/sys/kernel/apparmor_restrict_unprivileged_userns")
                        .strip()
                        .equals("1");
    }

    Optional<Long> cgroup() {
        if (exists("sys/fs/cgroup/cgroup.controllers")) {
            return Optional.of(2L);
        }
        return exists("sys/fs/cgroup/memory") || exists("sys/fs/cgroup/cpu") ? Optional.of(1L) : Optional.empty();
    }

    /// Returns what is said of the first processor.
    Map<String, Object> cpu() {
        var cpu = new HashMap<String, Object>();
        for (var line : firstBlock("proc/cpuinfo")) {
            var colon = line.indexOf(':');
            if (colon < 0) {
                continue;
            }
            var value = line.substring(colon + 1).strip();
            switch (line.substring(0, colon).strip()) {
                case "model name" -> cpu.put("model", value);
                case "flags", "Features" ->
                    cpu.put(
                            "flags",
                            List.of(value.split(" +", -1)).stream()
                                    .filter(CPU_FLAGS::contains)
                                    .sorted()
                                    .toList());
                default -> {}
            }
        }
        return cpu;
    }

    /// Returns what `os-release` says; a rolling distribution has no version.
    Map<String, Object> distribution() {
        var file = exists("etc/os-release") ? "etc/os-release" : "usr/lib/os-release";
        var distribution = new HashMap<String, Object>();
        for (var line : text(file).lines().toList()) {
            var equals = line.indexOf('=');
            if (equals > 0) {
                var value = line.substring(equals + 1).strip().replaceAll("^([\"'])(.*)\\1$", "$2");
                switch (line.substring(0, equals)) {
                    case "ID" -> distribution.put("id", value);
                    case "VERSION_ID" -> distribution.put("version", value);
                    default -> {}
                }
            }
        }
        return distribution;
    }

    /// Returns `name` and, as far as it can be found out, `version` of the C library. To be called when there is
    /// time: a file of some megabytes is read.
    public Map<String, Object> libc() {
        return Libc.find(root.resolve("proc/self/maps"));
    }

    private boolean exists(String file) {
        return Files.exists(root.resolve(file));
    }

    private String text(String file) {
        try {
            return Files.readString(root.resolve(file));
        } catch (IOException _) {
            return "";
        }
    }

    /// Returns the lines before the first empty one: the file may be long, and take long to read.
    private List<String> firstBlock(String file) {
        var lines = new ArrayList<String>();
        try (var reader = Files.newBufferedReader(root.resolve(file))) {
            for (var line = reader.readLine(); line != null && !line.isBlank(); line = reader.readLine()) {
                lines.add(line);
            }
            return lines;
        } catch (IOException _) {
            return lines;
        }
    }
}

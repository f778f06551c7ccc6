// SPDX-License-Identifier: Apache-2.0
package build.steading.worker;

import build.steading.platform.Properties;
import build.steading.worker.sandbox.Sandbox;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/// Finds out what a worker is, without starting any process.
public final class WorkerProperties {
    private static final List<String> TOOLS = List.of(
            "ar",
            "autoconf",
            "bison",
            "bzip2",
            "cargo",
            "cc",
            "clang",
            "clang++",
            "cmake",
            "flex",
            "g++",
            "gcc",
            "git",
            "go",
            "gradle",
            "java",
            "javac",
            "ld",
            "make",
            "meson",
            "mvn",
            "ninja",
            "node",
            "npm",
            "patch",
            "perl",
            "pkg-config",
            "python3",
            "ruby",
            "rustc",
            "sphinx-build",
            "tar",
            "xz",
            "zstd");

    private WorkerProperties() {}

    /// Returns `os`, `arch`, `cores`, `memory` and `disk` (both in bytes, in all), `kernel`, `hostname`,
    /// `sandbox`, and `tools`, a list of those on the PATH out of a fixed choice. What cannot be found out is
    /// left out.
    ///
    /// @param directory the worker's
    public static Properties detect(Sandbox sandbox, Path directory) {
        var values = new HashMap<String, Object>();
        values.put("os", System.getProperty("os.name", "unknown").toLowerCase(Locale.ROOT));
        values.put("arch", arch());
        values.put("cores", (long) Runtime.getRuntime().availableProcessors());
        values.put("kernel", System.getProperty("os.version", "unknown"));
        values.put("sandbox", sandbox.name());
        values.put("tools", tools());
        memory().ifPresent(bytes -> values.put("memory", bytes));
        disk(directory).ifPresent(bytes -> values.put("disk", bytes));
        hostname().ifPresent(name -> values.put("hostname", name));
        return new Properties(values);
    }

    /// Returns the name that `uname -m` has for it.
    private static String arch() {
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

    private static List<String> tools() {
        var path = Optional.ofNullable(System.getenv("PATH")).orElse("/usr/bin:/bin");
        var directories = Stream.of(path.split(":"))
                .filter(part -> part.startsWith("/"))
                .map(Path::of)
                .toList();
        return TOOLS.stream()
                .filter(tool -> directories.stream()
                        .map(directory -> directory.resolve(tool))
                        .anyMatch(Files::isExecutable))
                .toList();
    }
}

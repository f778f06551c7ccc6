// SPDX-License-Identifier: Apache-2.0
package build.steading.worker.host;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

/// Knows the versions of the programs on a machine. What was found out once is kept in a file, and holds for as
/// long as the program has the same size and time. Thread-safe.
public final class ToolVersions {
    private static final System.Logger LOG = System.getLogger(ToolVersions.class.getName());
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final int AT_A_TIME = 2;
    private static final int MAX_CACHE_BYTES = 1 << 20;

    private final String path;
    private final Path cache;
    private final VersionProbe probe;

    /// @param path where actions find programs: directories, with `:` between them
    /// @param directory the worker's
    public ToolVersions(String path, Path directory) {
        this.path = path;
        this.cache = directory.resolve("tool-versions");
        this.probe = new VersionProbe(path, directory, PATIENCE);
    }

    /// A program as it was when it was asked.
    private record Program(Path file, long bytes, long modifiedMillis) {
        static Program of(Path file) throws IOException {
            var real = file.toRealPath();
            return new Program(
                    real, Files.size(real), Files.getLastModifiedTime(real).toMillis());
        }

        String toLine(String name, String version) {
            return String.join(
                    "\t", name, file.toString(), Long.toString(bytes), Long.toString(modifiedMillis), version);
        }
    }

    /// Returns the programs that are there, each with its version as far as it is known without running it, else
    /// with an empty one.
    public Map<String, Object> known() {
        var cached = readCache();
        var versions = new TreeMap<String, Object>();
        Tools.find(path)
                .forEach((name, file) ->
                        versions.put(name, cached(cached, name, file).orElse("")));
        return versions;
    }

    /// Returns the programs that are there, each with its version; it is empty if the program does not say. Runs
    /// those that are new or have changed.
    public Map<String, Object> find() throws InterruptedException {
        var cached = readCache();
        var versions = new ConcurrentHashMap<String, String>();
        var places = new Semaphore(AT_A_TIME);
        var threads = new ArrayList<Thread>();
        var tools = Tools.find(path);
        try {
            for (var tool : tools.entrySet()) {
                var known = cached(cached, tool.getKey(), tool.getValue());
                if (known.isPresent()) {
                    versions.put(tool.getKey(), known.get());
                } else {
                    places.acquire();
                    threads.add(ask(tool.getKey(), tool.getValue(), versions, places));
                }
            }
            for (var thread : threads) {
                thread.join();
            }
        } finally {
            threads.forEach(Thread::interrupt);
        }
        if (!threads.isEmpty()) {
            writeCache(tools, versions);
        }
        return new TreeMap<>(versions);
    }

    private Thread ask(String name, Path file, Map<String, String> versions, Semaphore places) {
        return Thread.ofVirtual().name("worker-probe-" + name).start(() -> {
            try {
                versions.put(name, probe.ask(name, file).orElse(""));
            } catch (InterruptedException _) {
                // The worker stops, and nobody wants to know.
            } finally {
                places.release();
            }
        });
    }

    private static Optional<String> cached(Map<String, String> cached, String name, Path file) {
        try {
            return Optional.ofNullable(cached.get(Program.of(file).toLine(name, "")));
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    /// Returns versions by all that stands before them in their lines.
    private Map<String, String> readCache() {
        var cached = new HashMap<String, String>();
        try {
            if (Files.size(cache) <= MAX_CACHE_BYTES) {
                for (var line : Files.readAllLines(cache)) {
                    var end = line.lastIndexOf('\t') + 1;
                    cached.put(line.substring(0, end), line.substring(end));
                }
            }
        } catch (IOException _) {
            // There is none yet, or it is spoilt: then all are asked again.
        }
        return cached;
    }

    private void writeCache(Map<String, Path> tools, Map<String, String> versions) {
        try {
            List<String> lines = new ArrayList<>();
            for (var tool : tools.entrySet()) {
                var version = versions.get(tool.getKey());
                if (version != null) {
                    lines.add(Program.of(tool.getValue()).toLine(tool.getKey(), version));
                }
            }
            var made = Files.createTempFile(cache.getParent(), "tool-versions-", "");
            Files.write(made, lines);
            Files.move(made, cache, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "The versions of tools are not kept", e);
        }
    }
}

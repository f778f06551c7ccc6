// SPDX-License-Identifier: Apache-2.0
package build.steading.worker;

import build.steading.platform.Properties;
import build.steading.worker.host.Host;
import build.steading.worker.host.ToolVersions;
import build.steading.worker.sandbox.Sandbox;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/// Finds out what a worker is: `docs/requirements.md` lists its properties.
public final class WorkerProperties {
    private static final Path ROOT = Path.of("/");

    private WorkerProperties() {}

    /// Returns what can be found out at once, without starting any process. The versions of tools are those that
    /// are known from before.
    ///
    /// @param directory the worker's
    public static Properties detect(Sandbox sandbox, Path directory) {
        var tools = new ToolVersions(CommandLine.PATH, directory);
        return properties(new Host(ROOT), sandbox, directory, tools.known());
    }

    /// Returns all that can be found out, in a few seconds at the most. If the thread is interrupted, it is less,
    /// and the thread remains interrupted.
    ///
    /// @param directory the worker's
    /// @param versions whether tools are run to find out their versions
    static Properties search(Sandbox sandbox, Path directory, boolean versions) {
        var host = new Host(ROOT);
        var tools = new ToolVersions(CommandLine.PATH, directory);
        var values = properties(host, sandbox, directory, versions ? find(tools) : tools.known());
        var all = new HashMap<String, Object>(values.values());
        var libc = host.libc();
        if (!libc.isEmpty()) {
            all.put("libc", libc);
        }
        return new Properties(all);
    }

    private static Map<String, Object> find(ToolVersions tools) {
        try {
            return tools.find();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return tools.known();
        }
    }

    private static Properties properties(Host host, Sandbox sandbox, Path directory, Map<String, Object> tools) {
        var values = host.properties(directory);
        values.put("sandbox", sandbox.name());
        values.put("tools", tools);
        return new Properties(values);
    }
}

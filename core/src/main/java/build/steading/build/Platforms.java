// SPDX-License-Identifier: Apache-2.0
package build.steading.build;

import build.bazel.remote.execution.v2.Platform;
import build.steading.platform.PlatformProperties;
import build.steading.platform.Requirement;
import build.steading.project.TaskInstance;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/// Says in an action what its task needs of the machine that runs it.
@FunctionalInterface
public interface Platforms {
    /// In the words of Steading's own workers, see [PlatformProperties].
    Platforms OURS = task -> {
        var properties = new HashMap<String, String>();
        if (!task.requirement().equals(Requirement.ANY)) {
            properties.put(PlatformProperties.REQUIRES, task.requirement().expression());
        }
        if (task.network()) {
            properties.put(PlatformProperties.NETWORK, "on");
        }
        if (task.distributed()) {
            properties.put(PlatformProperties.COMPILE, "distribute");
        }
        task.memoryBytes().ifPresent(bytes -> properties.put(PlatformProperties.MEMORY, Long.toString(bytes)));
        return platform(properties);
    };

    Platform of(TaskInstance task);

    /// Returns the variables that commands rely on and workers do not set by themselves; a task's own count more.
    default Map<String, String> environment() {
        return Map.of();
    }

    /// Returns whether outputs must also be named as they were before version 2.1 of the protocol, which had to
    /// know files from directories.
    default boolean oldOutputs() {
        return false;
    }

    /// Returns the same for all tasks, for a server that knows no properties but its own, and gives commands no
    /// environment but the one in the action.
    ///
    /// @param slots how many processors a command may keep busy
    static Platforms foreign(Map<String, String> properties, int slots) {
        return new Platforms() {
            @Override
            public Platform of(TaskInstance task) {
                return platform(properties);
            }

            @Override
            public boolean oldOutputs() {
                return true;
            }

            @Override
            public Map<String, String> environment() {
                return Map.of(
                        "PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                        "HOME", "/tmp",
                        "LANG", "C.UTF-8",
                        "STEADING_SLOTS", Integer.toString(slots));
            }
        };
    }

    private static Platform platform(Map<String, String> properties) {
        var platform = Platform.newBuilder();
        new TreeMap<>(properties)
                .forEach((name, value) ->
                        platform.addPropertiesBuilder().setName(name).setValue(value));
        return platform.build();
    }
}

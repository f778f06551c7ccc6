// SPDX-License-Identifier: Apache-2.0
package build.steading.worker;

import build.steading.digest.Digest;
import build.steading.platform.Requirement;
import build.steading.worker.output.DeclaredOutputs;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// An action, checked and with everything that it leaves open decided.
///
/// @param requirement what the worker must be
/// @param environment as declared; what the worker adds is not in it
/// @param distributed whether the compilers that the command calls use the farm
/// @param rooted whether the input tree is all that the command sees
/// @param memoryBytes of all processes together; 0 for no limit
/// @param tasks processes and threads together
record Task(
        Digest inputRoot,
        Requirement requirement,
        List<String> arguments,
        Map<String, String> environment,
        DeclaredOutputs outputs,
        Duration timeout,
        boolean network,
        boolean distributed,
        boolean rooted,
        long memoryBytes,
        long tasks) {
    Task {
        arguments = List.copyOf(arguments);
        environment = Map.copyOf(environment);
    }
}

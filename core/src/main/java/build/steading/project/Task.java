// SPDX-License-Identifier: Apache-2.0
package build.steading.project;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.OptionalLong;
import java.util.SequencedMap;

/// A task as it is written in the file: with references in it, and for all combinations of the matrix at once.
///
/// @param needs names of the tasks whose outputs it reads
/// @param inputs patterns of [build.steading.tree.Globs] over the project directory
/// @param outputs such patterns, none of which excludes
/// @param environment on top of that of the project
/// @param requires in CEL; empty for any worker. What the project requires counts as well
/// @param timeout how long its command may run
/// @param network whether its command may use the network
/// @param distributed whether the compilers that the command runs use the farm
/// @param cache directories that are kept from one run to the next
/// @param directory where its command starts; empty for the project directory
/// @param memoryBytes how much memory it may use; empty for as much as there is
/// @param retry which ends of its command lead to another attempt
/// @param allowMissingOutputs whether it succeeds without having made all of its outputs
public record Task(
        String name,
        List<String> needs,
        Run run,
        List<String> inputs,
        List<String> outputs,
        SequencedMap<String, String> environment,
        String requires,
        Duration timeout,
        boolean network,
        boolean distributed,
        List<String> cache,
        String directory,
        OptionalLong memoryBytes,
        Retry retry,
        boolean allowMissingOutputs) {
    /// How long a task may run that does not say.
    public static final Duration DEFAULT_TIMEOUT = Duration.ofHours(1);

    /// What a task reads that does not say.
    public static final List<String> DEFAULT_INPUTS = List.of("**");

    public Task {
        needs = List.copyOf(needs);
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        environment = Ordered.copyOf(environment);
        cache = List.copyOf(cache);
    }

    /// Returns a task that runs a command over the whole project directory, everything else being left to
    /// defaults.
    static Task of(String name, Run run, List<String> outputs, boolean network) {
        return new Task(
                name,
                List.of(),
                run,
                DEFAULT_INPUTS,
                outputs,
                new LinkedHashMap<>(),
                "",
                DEFAULT_TIMEOUT,
                network,
                false,
                List.of(),
                "",
                OptionalLong.empty(),
                Retry.STANDARD,
                false);
    }

    Task withNeeds(List<String> others) {
        return new Task(
                name,
                others,
                run,
                inputs,
                outputs,
                environment,
                requires,
                timeout,
                network,
                distributed,
                cache,
                directory,
                memoryBytes,
                retry,
                allowMissingOutputs);
    }
}

// SPDX-License-Identifier: Apache-2.0
package build.steading.project;

import build.steading.platform.Requirement;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import java.util.SequencedMap;
import java.util.SortedMap;
import java.util.TreeMap;

/// A task for one combination of the matrix, with nothing left to replace: one action.
///
/// @param id unique in its build: the name of the task, with the combination if it has one, such as
///     `compile[cc=gcc,opt=O2]`
/// @param combination values of the axes that this task, or one that it needs, refers to, in the order of the
///     matrix
/// @param needs ids of the instances whose outputs appear in its input tree, each at its own path
/// @param command the program and its arguments
/// @param environment sorted by name
/// @param inputs patterns of [build.steading.tree.Globs] over the project directory
/// @param outputs such patterns, none of which excludes; each selects files, or directories with all that is in
///     them
/// @param cache directories below the project directory that are kept from one run to the next; no part of the
///     action
/// @param directory where the command starts, below the project directory; empty for that itself
/// @param timeout how long the command may run
/// @param network whether the command may use the network
/// @param distributed whether the compilers that the command runs use the farm
/// @param requirement what the worker must be
/// @param memoryBytes how much memory the command may use; empty for as much as there is
/// @param retry which ends of the command lead to another attempt; no part of the action
/// @param allowMissingOutputs whether the task succeeds without having made all of its outputs
public record TaskInstance(
        String id,
        String task,
        SequencedMap<String, String> combination,
        List<String> needs,
        List<String> command,
        SortedMap<String, String> environment,
        List<String> inputs,
        List<String> outputs,
        List<String> cache,
        String directory,
        Duration timeout,
        boolean network,
        boolean distributed,
        Requirement requirement,
        OptionalLong memoryBytes,
        Retry retry,
        boolean allowMissingOutputs) {
    public TaskInstance {
        combination = Ordered.copyOf(combination);
        needs = List.copyOf(needs);
        command = List.copyOf(command);
        environment = Collections.unmodifiableSortedMap(new TreeMap<>(environment));
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        cache = List.copyOf(cache);
    }

    /// Returns the name of the directory that keeps this instance's artifacts apart from those of the others of
    /// its task; empty if there are no others.
    public String artifactDirectory() {
        return Matrix.label(combination);
    }

    /// Returns the same with another amount of memory.
    public TaskInstance withMemory(long bytes) {
        return with(requirement, OptionalLong.of(bytes));
    }

    /// Returns the same for workers that also meet another requirement.
    public TaskInstance requiring(Requirement other) {
        return with(requirement.and(other), memoryBytes);
    }

    private TaskInstance with(Requirement machine, OptionalLong memory) {
        return new TaskInstance(
                id,
                task,
                combination,
                needs,
                command,
                environment,
                inputs,
                outputs,
                cache,
                directory,
                timeout,
                network,
                distributed,
                machine,
                memory,
                retry,
                allowMissingOutputs);
    }

    static String id(String task, SequencedMap<String, String> combination) {
        return combination.isEmpty() ? task : task + "[" + Matrix.label(combination) + "]";
    }
}

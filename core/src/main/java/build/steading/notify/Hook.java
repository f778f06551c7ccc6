// SPDX-License-Identifier: Apache-2.0
package build.steading.notify;

import build.steading.project.Notify.Event;
import java.util.Set;

/// A program that is told of builds.
///
/// @param name as projects call it under `notify`
/// @param projects of which it may be told; empty for all
/// @param on what it is told without being asked for by a project
public record Hook(String name, Set<String> projects, Set<Event> on) {
    public Hook {
        projects = Set.copyOf(projects);
        on = Set.copyOf(on);
    }

    boolean serves(String project) {
        return projects.isEmpty() || projects.contains(project);
    }
}

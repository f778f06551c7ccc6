// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.service;

import build.steading.compile.argv.CommandLine.Compile;
import build.steading.compile.argv.Trait;
import java.util.Collection;

/// Where the files of a compile are put that its command line names by their way from the working directory.
///
/// A compile that does not say where it ran is the same in every checkout: there, the *workspace*, the lowest
/// directory that holds all such files, is put at one place for everybody. All other files are put where they
/// are.
///
/// @param workspace absolute, without links; empty if everything stays where it is
record Placement(String workspace) {
    /// Where workspaces are put.
    private static final String SHARED = "/steading/workspace";

    private static final Placement IN_PLACE = new Placement("");

    /// @param near what is named by its way from the working directory, absolute, without links
    /// @param far what is named absolutely, likewise
    static Placement of(TypedCommand command, Compile compile, Collection<String> near, Collection<String> far) {
        if (compile.traits().contains(Trait.EMBEDS_DIRECTORY)
                || compile.argv().stream().anyMatch(argument -> argument.startsWith("-flto"))) {
            return IN_PLACE;
        }
        var workspace = command.directory();
        for (var name : near) {
            while (!holds(workspace, name)) {
                workspace = workspace.substring(0, Math.max(0, workspace.lastIndexOf('/')));
            }
        }
        var found = workspace;
        var isNamed = found.isEmpty()
                || found.lastIndexOf('/') == 0
                || far.stream().anyMatch(name -> holds(found, name))
                || compile.argv().stream().anyMatch(argument -> argument.contains(found))
                || compile.environment().values().stream().anyMatch(value -> value.contains(found));
        return isNamed ? IN_PLACE : new Placement(found);
    }

    private static boolean holds(String directory, String name) {
        return name.equals(directory) || name.startsWith(directory + "/");
    }

    /// Returns where an absolute name without links is put, absolute.
    String of(String name) {
        return !workspace.isEmpty() && holds(workspace, name) ? SHARED + name.substring(workspace.length()) : name;
    }
}

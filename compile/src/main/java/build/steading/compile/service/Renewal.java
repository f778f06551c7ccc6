// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.service;

import build.steading.compile.argv.CommandLine.Compile;
import build.steading.compile.argv.Language;
import build.steading.compile.files.FileTable;
import build.steading.compile.files.Look;
import build.steading.compile.files.Snapshot.Change;
import build.steading.compile.files.View;
import build.steading.compile.service.Manifests.Manifest;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import java.util.List;
import java.util.Optional;

/// Brings manifests up to date where files have been edited that include what they included before: the action is
/// the same then but for their contents, and nothing has to be searched for. Thread-safe.
final class Renewal {
    private final FileTable files;
    private final ActionWriter actions;

    Renewal(FileTable files, ActionWriter actions) {
        this.files = files;
        this.actions = actions;
    }

    /// Returns the manifest itself if all is as it says, another one if that can be made of it, or nothing if the
    /// compile must be prepared anew.
    Optional<Manifest> renew(Manifest manifest, TypedCommand command, Compile compile) {
        var view = files.view();
        var changes = manifest.seen().changes(view, compile.language() == Language.ASSEMBLER);
        if (changes.isEmpty() || changes.get().isEmpty()) {
            return changes.map(_ -> manifest);
        }
        return isOverwritten(view, command, compile, changes.get())
                ? Optional.empty()
                : rewritten(view, manifest, changes.get());
    }

    private Optional<Manifest> rewritten(View view, Manifest manifest, List<Change> changes) {
        try {
            return actions.rewrite(manifest.action(), manifest.placement(), view, changes)
                    .map(action -> new Manifest(
                            manifest.seen().with(changes),
                            action,
                            manifest.placement(),
                            manifest.outputs(),
                            Optional.empty()));
        } catch (SteadingException e) {
            if (e.failure() instanceof Failure.MissingBlobs) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /// Returns whether an output is a file that was changed.
    private static boolean isOverwritten(View view, TypedCommand command, Compile compile, List<Change> changes) {
        return compile.outputs().stream()
                .map(output -> view.look(command.absolute(output.name())))
                .anyMatch(look -> look instanceof Look.Present(var there)
                        && changes.stream()
                                .anyMatch(change -> change.content().signature().isSameFile(there)));
    }
}

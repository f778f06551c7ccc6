// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.service;

import build.steading.compile.files.Content;
import build.steading.compile.files.FileTable;
import build.steading.compile.files.Route;
import build.steading.compile.files.Routes;
import build.steading.digest.Digest;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.tree.Node;
import build.steading.tree.TreeDraft;
import build.steading.tree.Trees;

/// A part of this machine's file system in the making, as an input tree: every file at its own place, with all
/// symbolic links that lead there. Not thread-safe.
final class FileSystemDraft {
    private final Routes routes;
    private final TreeDraft draft = new TreeDraft();

    FileSystemDraft(FileTable files) {
        this.routes = files.routes();
    }

    /// @param name absolute, of a file that is there
    void file(String name, Content content) {
        var route = follow(name);
        draft.put(inside(route.real()), new Node.File(content.digest(), content.executable()));
    }

    /// @param name absolute, of a directory that is there, whatever it holds
    void directory(String name) {
        var real = follow(name).real();
        draft.put(inside(real), new Node.Folder(Trees.EMPTY));
    }

    private Route follow(String name) {
        var route = routes.of(name)
                .orElseThrow(() -> new SteadingException(
                        new Failure.Unavailable("`%s` has gone while it was looked at".formatted(name))));
        for (var link : route.links()) {
            draft.put(inside(link.place()), new Node.Link(link.target()));
        }
        return route;
    }

    private static String inside(String absolute) {
        return absolute.substring(1);
    }

    Digest store(Trees trees) {
        return draft.store(trees);
    }
}

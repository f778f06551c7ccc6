// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.service;

import build.steading.compile.files.Content;
import build.steading.compile.files.Route;
import build.steading.compile.files.View;
import build.steading.digest.Digest;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.tree.Node;
import build.steading.tree.TreeDraft;
import build.steading.tree.Trees;
import java.util.Optional;
import java.util.SortedMap;

/// A part of this machine's file system in the making, as an input tree: every file at its place, with all
/// symbolic links that lead there. Not thread-safe.
final class FileSystemDraft {
    private final View view;
    private final Placement placement;
    private final Optional<SortedMap<String, String>> links;
    private final TreeDraft draft = new TreeDraft();

    /// @param placement where files are put, instead of where they are
    /// @param links takes symbolic links, in place of the tree: where they lead by their paths below the root
    FileSystemDraft(View view, Placement placement, Optional<SortedMap<String, String>> links) {
        this.view = view;
        this.placement = placement;
        this.links = links;
    }

    /// @param name absolute, of a file that is there
    void file(String name, Content content) {
        var route = follow(name);
        draft.put(inside(route.real()), new Node.File(content.digest(), content.executable()));
    }

    /// Puts a file where this machine has none.
    ///
    /// @param path below the root
    void add(String path, Digest content, boolean executable) {
        draft.put(path, new Node.File(content, executable));
    }

    /// @param name absolute, of a directory that is there, whatever it holds
    void directory(String name) {
        var real = follow(name).real();
        draft.put(inside(real), new Node.Folder(Trees.EMPTY));
    }

    private Route follow(String name) {
        var route = view.route(name)
                .orElseThrow(() -> new SteadingException(
                        new Failure.Unavailable("`%s` has gone while it was looked at".formatted(name))));
        for (var link : route.links()) {
            var place = inside(link.place());
            links.ifPresentOrElse(
                    all -> all.put(place, link.target()), () -> draft.put(place, new Node.Link(link.target())));
        }
        return route;
    }

    private String inside(String absolute) {
        return placement.of(absolute).substring(1);
    }

    Digest store(Trees trees) {
        return draft.store(trees);
    }
}

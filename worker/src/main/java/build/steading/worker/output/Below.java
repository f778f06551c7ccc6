// SPDX-License-Identifier: Apache-2.0
package build.steading.worker.output;

import build.bazel.remote.execution.v2.Directory;
import build.bazel.remote.execution.v2.DirectoryNode;
import build.steading.digest.Digests;
import build.steading.digest.HashFunction;
import build.steading.tree.NodeTraits;
import build.steading.worker.input.Directories;
import build.steading.worker.input.InputTree;
import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What lies below one directory that a command may have written to: directories of input trees, topmost first.
/// Thread-safe.
///
/// @param layers one for each directory
/// @param grafts trees that begin further down
record Below(Directories directories, List<Layer> layers, List<InputTree.Below> grafts) {
    /// @param nodes what one directory has, by name
    record Layer(HashFunction function, Map<String, Message> nodes, NodeTraits traits) {
        static Layer of(HashFunction function, Directory directory) {
            return new Layer(function, Below.nodes(directory), NodeTraits.of(directory.getNodeProperties()));
        }
    }

    Below {
        layers = List.copyOf(layers);
        grafts = List.copyOf(grafts);
    }

    static Below of(Directories directories, List<InputTree.Below> trees) {
        var layers = new ArrayList<Layer>();
        var grafts = new ArrayList<InputTree.Below>();
        for (var tree : trees) {
            if (tree.path().isEmpty()) {
                layers.add(Layer.of(tree.tree().function(), directories.read(tree.tree())));
            } else {
                grafts.add(tree);
            }
        }
        return new Below(directories, layers, grafts);
    }

    boolean isNothing() {
        return layers.isEmpty() && grafts.isEmpty();
    }

    Below nothing() {
        return new Below(directories, List.of(), List.of());
    }

    /// Returns what the topmost directory shall be like, as far as that was said.
    NodeTraits traits() {
        return layers.isEmpty() ? NodeTraits.NONE : layers.getFirst().traits();
    }

    Set<String> names() {
        var names = new LinkedHashSet<String>();
        layers.forEach(layer -> names.addAll(layer.nodes().keySet()));
        grafts.forEach(graft -> names.add(first(graft.path())));
        return names;
    }

    /// Returns the topmost node of this name; of the start of a graft, one without a digest.
    Optional<Message> node(String name) {
        for (var layer : layers) {
            var node = layer.nodes().get(name);
            if (node != null) {
                return Optional.of(node);
            }
        }
        return grafts.stream()
                .filter(graft -> first(graft.path()).equals(name))
                .findFirst()
                .map(_ -> DirectoryNode.getDefaultInstance());
    }

    /// Returns what lies below the sub-directory `name`.
    Below sub(String name) {
        var trees = new ArrayList<InputTree.Below>();
        for (var layer : layers) {
            if (layer.nodes().get(name) instanceof DirectoryNode node) {
                trees.add(new InputTree.Below("", Digests.fromProto(node.getDigest(), layer.function())));
            }
        }
        for (var graft : grafts) {
            if (first(graft.path()).equals(name)) {
                trees.add(new InputTree.Below(rest(graft.path()), graft.tree()));
            }
        }
        return of(directories, trees);
    }

    private static String first(String path) {
        var slash = path.indexOf('/');
        return slash < 0 ? path : path.substring(0, slash);
    }

    private static String rest(String path) {
        var slash = path.indexOf('/');
        return slash < 0 ? "" : path.substring(slash + 1);
    }

    private static Map<String, Message> nodes(Directory directory) {
        var nodes = new HashMap<String, Message>();
        directory.getFilesList().forEach(node -> nodes.put(node.getName(), node));
        directory.getSymlinksList().forEach(node -> nodes.put(node.getName(), node));
        directory.getDirectoriesList().forEach(node -> nodes.put(node.getName(), node));
        return nodes;
    }
}

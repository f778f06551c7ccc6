// SPDX-License-Identifier: Apache-2.0
package build.steading.worker.sandbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// The directory of one attempt, with all that its command may write to, and the read-only layers below its input
/// tree.
///
/// @param directory holds `root` (the input tree, or where it is mounted), `tmp` and, if there are layers,
///     `upper` (what the command changed) and `work` (the kernel's own)
/// @param layers directories beside `directory`'s parent, the topmost first; empty if `root` is a plain directory
public record Place(Path directory, List<Path> layers) {
    public Place {
        layers = List.copyOf(layers);
    }

    public Path root() {
        return directory.resolve("root");
    }

    public Path tmp() {
        return directory.resolve("tmp");
    }

    public Path upper() {
        return directory.resolve("upper");
    }

    /// Returns where files are that the command left in its input tree.
    public Path written() {
        return layers.isEmpty() ? root() : upper();
    }

    /// Makes the directories, which must not exist.
    public static void create(Path directory, boolean layered) throws IOException {
        Files.createDirectory(directory);
        Files.createDirectory(directory.resolve("root"));
        Files.createDirectory(directory.resolve("tmp"));
        Files.createDirectory(directory.resolve("tmp").resolve("home"));
        if (layered) {
            Files.createDirectory(directory.resolve("upper"));
            Files.createDirectory(directory.resolve("work"));
        }
    }

    /// Returns the options of the overlay. Layers are named from `directory`, so that neither a long path nor one
    /// with a colon in it matters. `volatile`: without it the kernel writes the whole file system to disk
    /// whenever an overlay goes.
    String overlay() {
        var lower = String.join(
                ":",
                layers.stream()
                        .map(layer -> directory.relativize(layer).toString())
                        .toList());
        return "userxattr,volatile,lowerdir=" + lower + ",upperdir=upper,workdir=work";
    }
}

// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.source;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/// A few files in memory. There are no symbolic links, so `..` is folded.
final class MemoryPlaces implements Places {
    private final Map<String, String> files = new HashMap<>();

    MemoryPlaces with(String name, String text) {
        files.put(fold(name), text);
        return this;
    }

    @Override
    public Place at(String name) {
        var folded = fold(name);
        var text = files.get(folded);
        if (text != null) {
            return new Place.File(SourceScanner.scan(text.getBytes(UTF_8)));
        }
        var isDirectory = files.keySet().stream().anyMatch(file -> file.startsWith(folded + "/"));
        return isDirectory ? new Place.Directory(folded) : new Place.Nothing();
    }

    private static String fold(String name) {
        var path = Path.of("/work").resolve(name).normalize();
        return path.toString();
    }
}

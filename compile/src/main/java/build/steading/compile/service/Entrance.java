// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.service;

import java.nio.file.Path;
import java.util.Map;

/// How compiles enter their input tree on a server that does not know `steading.file-system`: by a program that
/// they bring along. It is called in the input root with a directory, a program and its arguments, makes the
/// symbolic links that the file `.steading/links` there names (each path, and where it leads, with a NUL behind
/// it), makes the input root the root of the file system, and becomes the program in that directory. Where it
/// cannot, it exits with 125.
///
/// @param program absolute name of the file; it runs on any machine of the system and processor of this one
/// @param platform what the server is told of the machine that it needs, in its own words
public record Entrance(Path program, Map<String, String> platform) {
    public Entrance {
        platform = Map.copyOf(platform);
    }
}

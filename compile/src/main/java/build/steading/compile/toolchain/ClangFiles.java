// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.toolchain;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// The files by which Clang decides what it builds in.
final class ClangFiles {
    /// Tell which distribution this is: Clang's options differ between them.
    private static final List<String> DISTRIBUTION = List.of(
            "/etc/os-release",
            "/usr/lib/os-release",
            "/etc/lsb-release",
            "/etc/redhat-release",
            "/etc/debian_version",
            "/etc/SuSE-release",
            "/etc/gentoo-release",
            "/etc/arch-release",
            "/etc/alpine-release");

    /// Clang takes a directory with this for an installation of GCC.
    private static final String MARK = "crtbegin.o";

    /// So many files that no installation has more of one kind.
    private static final int MOST = 200;

    private ClangFiles() {}

    /// Adds what every compile needs.
    ///
    /// @param resources Clang's own directory, of which all but lists that sanitizers read is headers and
    ///     libraries
    static void addTo(Footprint footprint, Path resources) throws NotUsableException {
        DISTRIBUTION.forEach(footprint::add);
        footprint.add(resources.toString());
        addFiles(footprint, resources.resolve("share"), 1, "");
    }

    /// Adds the marks of an installation of GCC that Clang has seen, those for other instruction sets too.
    static void addInstallation(Footprint footprint, Path directory) throws NotUsableException {
        footprint.add(directory.resolve("..").toString());
        addFiles(footprint, directory, 2, MARK);
    }

    private static void addFiles(Footprint footprint, Path directory, int depth, String end) throws NotUsableException {
        if (footprint.add(directory.toString()).isEmpty()) {
            return;
        }
        try (var files = Files.find(
                directory,
                depth,
                (file, attributes) ->
                        !attributes.isDirectory() && file.toString().endsWith(end))) {
            files.limit(MOST).map(Path::toString).forEach(footprint::add);
        } catch (IOException e) {
            throw NotUsableException.unreadable(directory, e);
        }
    }
}

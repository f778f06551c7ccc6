// SPDX-License-Identifier: Apache-2.0
package build.steading.worker.host;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// The programs that builds ask for.
final class Tools {
    private static final List<String> USUAL = List.of(
            "ar",
            "autoconf",
            "automake",
            "bazel",
            "bison",
            "bzip2",
            "cargo",
            "cc",
            "ccache",
            "clang",
            "clang++",
            "cmake",
            "doxygen",
            "flex",
            "g++",
            "gcc",
            "gfortran",
            "ghc",
            "git",
            "go",
            "gradle",
            "java",
            "javac",
            "latexmk",
            "ld",
            "ld.lld",
            "libtool",
            "lld",
            "m4",
            "make",
            "meson",
            "mold",
            "mvn",
            "ninja",
            "node",
            "npm",
            "patch",
            "perl",
            "php",
            "pkg-config",
            "python3",
            "ruby",
            "rustc",
            "sphinx-build",
            "strace",
            "swig",
            "tar",
            "xz",
            "zstd");

    private Tools() {}

    /// Returns those that are there, and where.
    ///
    /// @param path directories, with `:` between them
    static Map<String, Path> find(String path) {
        var directories = Stream.of(path.split(":"))
                .filter(part -> part.startsWith("/"))
                .map(Path::of)
                .toList();
        var found = new LinkedHashMap<String, Path>();
        for (var tool : USUAL) {
            directories.stream()
                    .map(directory -> directory.resolve(tool))
                    .filter(Files::isExecutable)
                    .findFirst()
                    .ifPresent(file -> found.put(tool, file));
        }
        return found;
    }
}

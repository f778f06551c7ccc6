// SPDX-License-Identifier: Apache-2.0
package build.steading.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/// Sources to compile: a smallest one in C, one in C++ with a dozen standard headers, and many in C++ that
/// differ.
final class CcProject {
    static final String HELLO = "#include <stdio.h>\nint main(void) { puts(\"hello %s\"); return 0; }\n";

    private static final int HEADERS = 60;
    private static final int INCLUDED = 4;

    /// Names of standard headers that most C++ sources have some of.
    private static final List<String> STANDARD = List.of(
            "algorithm",
            "deque",
            "functional",
            "list",
            "map",
            "memory",
            "set",
            "sstream",
            "string",
            "unordered_map",
            "utility",
            "vector");

    private static final List<String> HEAVY = List.of(
            "algorithm",
            "chrono",
            "functional",
            "iostream",
            "map",
            "memory",
            "regex",
            "sstream",
            "string",
            "thread",
            "unordered_map",
            "vector");

    private final Path root;

    CcProject(Path root) throws IOException {
        this.root = Files.createDirectories(root);
        for (var i = 0; i < HEADERS; i++) {
            Files.writeString(root.resolve("part%d.h".formatted(i)), """
                #pragma once
                // Of the project %s.
                struct Part%d { int value = %d; int twice() const { return 2 * value; } };
                """.formatted(root.getFileName(), i, i));
        }
    }

    Path root() {
        return root;
    }

    void write(String name, String content) throws IOException {
        Files.writeString(root.resolve(name), content);
    }

    /// @param comment at the beginning
    void heavy(String name, String comment) throws IOException {
        var source = new StringBuilder(comment);
        HEAVY.forEach(header -> source.append("#include <%s>\n".formatted(header)));
        source.append("int main() { std::map<std::string, int> m; std::regex r(\"a+\"); std::cout << m.size(); }\n");
        write(name, source.toString());
    }

    /// Writes sources that each include some standard headers and some of the project, named with their numbers.
    ///
    /// @param name with a `%d`
    /// @param comment becomes part of each
    void sources(String name, int count, String comment) throws IOException {
        for (var i = 0; i < count; i++) {
            write(name.formatted(i), source(i, comment));
        }
    }

    private static String source(int number, String comment) {
        var text = new StringBuilder("// %s\n".formatted(comment));
        for (var i = 0; i < INCLUDED; i++) {
            text.append("#include <%s>\n".formatted(STANDARD.get((number + i * (i + number) + i) % STANDARD.size())));
        }
        text.append("#include <string>\n#include <vector>\n");
        var sum = new ArrayList<String>();
        for (var i = 0; i < INCLUDED; i++) {
            var part = (number * INCLUDED + i * (number / HEADERS + 1)) % HEADERS;
            text.append("#include \"part%d.h\"\n".formatted(part));
            sum.add("Part%d().twice()".formatted(part));
        }
        text.append("""
            int run%1$d(int n) {
                std::vector<std::string> words(n, "w%1$d");
                return static_cast<int>(words.size()) + %2$s;
            }
            """.formatted(number, String.join(" + ", sum)));
        return text.toString();
    }

    /// Copies the standard headers of C++, each with another content, to compile with without having seen the
    /// machine's own.
    ///
    /// @return the options by which a compiler uses the copies
    static List<String> otherHeaders(Stage stage, Path to) throws IOException, InterruptedException {
        var options = new ArrayList<>(List.of("-nostdinc++"));
        Files.writeString(stage.directory().resolve("empty.cc"), "");
        var printed = stage.in(
                stage.directory(),
                "sh",
                "-c",
                "LC_ALL=C g++ -v -fsyntax-only empty.cc 2>&1 | sed -n 's/^ \\(.*c++.*\\)/\\1/p'");
        var roots = printed.lines()
                .map(line -> Path.of(line.strip()))
                .filter(Files::isDirectory)
                .toList();
        for (var i = 0; i < roots.size(); i++) {
            var copy = to.resolve("include" + i);
            Files.createDirectories(to);
            stage.in(to, "cp", "-rL", roots.get(i).toString(), copy.toString());
            options.addAll(List.of("-isystem", copy.toString()));
            try (var files = Files.walk(copy)) {
                for (var file : files.filter(Files::isRegularFile).toList()) {
                    Files.writeString(file, "// A copy.\n", StandardOpenOption.APPEND);
                }
            }
        }
        return options;
    }
}

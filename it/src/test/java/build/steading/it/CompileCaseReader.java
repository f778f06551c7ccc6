// SPDX-License-Identifier: Apache-2.0
package build.steading.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.toSet;

import build.steading.it.CompileCase.Route;
import build.steading.it.CompileCase.State;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Reads cases from a text, of which this is one:
///
/// ```
/// [a02] Without `-o` the object is in the current directory
/// topics: 2
/// route: farm
/// file sub/a.c: int {nonce};
/// file sub/a.h:
///     several
///     lines
/// make:
///     mkdir empty
/// run:
///     $CC -c sub/a.c
/// ```
///
/// A value is on its line, or on those below that are indented by four. `{nonce}` is an identifier that no other
/// case has. Further lines are `needs: PROGRAM…`, `when: COMMAND` and `not no-worker: REASON`.
final class CompileCaseReader {
    /// The subjects, each a file.
    static final List<String> SUBJECTS = List.of(
            "a-invocation",
            "b-outputs",
            "c-headers",
            "d-freshness",
            "e-paths",
            "f-diagnostics",
            "g-toolchain",
            "h-languages",
            "j-security");

    private static final Pattern HEAD = Pattern.compile("\\[(\\w+)] (\\S.*)");
    private static final Pattern VALUE = Pattern.compile("(.+?):(?: (.*))?");
    private static final String INDENT = "    ";

    private final List<CompileCase> cases = new ArrayList<>();
    private final List<Entry> entries = new ArrayList<>();
    private String id = "";
    private String title = "";

    /// What is said in one place of a case.
    private record Entry(String name, List<String> lines) {
        String text() {
            return String.join("\n", lines).stripTrailing() + "\n";
        }

        String line() {
            return text().strip();
        }
    }

    private CompileCaseReader() {}

    static List<CompileCase> subject(String name) {
        return read(resource(name + ".txt"));
    }

    static List<CompileCase> all() {
        return SUBJECTS.stream().flatMap(name -> subject(name).stream()).toList();
    }

    static String resource(String name) {
        try (var stream =
                Objects.requireNonNull(CompileCaseReader.class.getResourceAsStream("/compile-cases/" + name), name)) {
            return new String(stream.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<CompileCase> read(String text) {
        var reader = new CompileCaseReader();
        text.lines().forEach(reader::line);
        reader.end();
        return List.copyOf(reader.cases);
    }

    private void line(String line) {
        if (line.startsWith(INDENT) || line.isBlank()) {
            if (!entries.isEmpty()) {
                entries.getLast().lines().add(line.isBlank() ? "" : line.substring(INDENT.length()));
            }
            return;
        }
        var head = HEAD.matcher(line);
        var value = VALUE.matcher(line);
        if (head.matches()) {
            end();
            id = head.group(1);
            title = head.group(2);
        } else if (!line.startsWith("#")) {
            check(value.matches(), line);
            var lines = new ArrayList<String>();
            if (value.group(2) != null) {
                lines.add(value.group(2));
            }
            entries.add(new Entry(value.group(1), lines));
        }
    }

    private void end() {
        if (!id.isEmpty()) {
            cases.add(built());
        }
        entries.clear();
    }

    private CompileCase built() {
        var known = Set.of("topics", "route", "needs", "when", "make", "run");
        var files = new LinkedHashMap<String, String>();
        var exempt = new EnumMap<State, String>(State.class);
        for (var entry : entries) {
            var name = entry.name();
            if (name.startsWith("file ")) {
                files.put(name.substring("file ".length()), nonced(entry.text()));
            } else if (name.startsWith("not ")) {
                exempt.put(State.valueOf(constant(name.substring("not ".length()))), entry.line());
            } else {
                check(known.contains(name), name);
            }
        }
        return new CompileCase(
                id,
                title,
                words("topics").map(Integer::valueOf).collect(toSet()),
                words("route")
                        .map(word -> Route.valueOf(constant(word)))
                        .findFirst()
                        .orElse(Route.ANY),
                words("needs").toList(),
                named("when").map(Entry::line).findFirst().orElse(""),
                exempt,
                Map.copyOf(files),
                named("make").map(entry -> nonced(entry.text())).findFirst().orElse(""),
                named("run").map(entry -> nonced(entry.text())).toList());
    }

    private Stream<Entry> named(String name) {
        return entries.stream().filter(entry -> entry.name().equals(name));
    }

    private Stream<String> words(String name) {
        return named(name).flatMap(entry -> Stream.of(entry.line().split("\\s+")));
    }

    private String nonced(String text) {
        return text.replace("{nonce}", "of_" + id);
    }

    private static String constant(String word) {
        return word.toUpperCase(Locale.ROOT).replace('-', '_');
    }

    private void check(boolean right, String what) {
        if (!right) {
            throw new IllegalArgumentException("Case `%s` has `%s`, which says nothing".formatted(id, what));
        }
    }
}

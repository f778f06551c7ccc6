// SPDX-License-Identifier: Apache-2.0
package build.steading.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// `steading cc` of whoever acts on the stage, and the background process behind it. Not thread-safe.
final class CcProcess {
    private static final int PRIMINGS = 8;
    private static final int CREW = 4;
    private static final Pattern COUNTER = Pattern.compile("\"([\\w ]+)\"\\s*:\\s*(\\d+)");

    private final Stage stage;
    private final CcProject project;

    /// @param project whose sources are compiled; some are added to it
    CcProcess(Stage stage, CcProject project) {
        this.stage = stage;
        this.project = project;
    }

    /// Returns what to put before a compiler's name.
    static List<String> prefix(Stage stage) {
        return List.of(stage.distribution().resolve("steading").toString(), "cc");
    }

    /// Returns a compile by whatever stands before the compiler's name.
    static List<String> compile(List<String> prefix, List<String> rest) {
        var command = new ArrayList<>(prefix);
        command.addAll(rest);
        return command;
    }

    /// Starts the process if there is none, and compiles until the farm does it: before it has the compiler, what
    /// comes may run anywhere. Several compile at the same time, since one that finds a free processor here does
    /// not wait for the compiler to be brought.
    void prime() throws IOException, InterruptedException {
        for (var round = 0; round < PRIMINGS; round++) {
            var before = counts();
            for (var member = 0; member < CREW; member++) {
                project.heavy("prime%d-0.cc".formatted(member), "// %d of %d\n".formatted(member, round));
            }
            new Crew(stage, project.root(), CREW).run(1, member -> {
                var source = "prime%d-%%d.cc".formatted(member);
                return compile(prefix(stage), List.of("g++", "-c", source, "-o", source + ".o"));
            });
            if (grown("remote", before) == CREW) {
                return;
            }
        }
        throw new IOException("The farm compiles nothing: " + stage.steading(project.root(), "cc", "--stats"));
    }

    /// Returns how many calls ended how, since the process began.
    Map<String, Integer> counts() throws IOException, InterruptedException {
        var counts = new TreeMap<String, Integer>();
        COUNTER.matcher(stage.steading(project.root(), "cc", "--stats", "--json"))
                .results()
                .forEach(found -> counts.put(found.group(1), Integer.parseInt(found.group(2))));
        return counts;
    }

    /// Returns a line that says how calls have ended since `before`.
    String since(Map<String, Integer> before, String what) throws IOException, InterruptedException {
        var grown = new ArrayList<String>();
        counts().forEach((name, count) -> {
            var more = count - before.getOrDefault(name, 0);
            if (more > 0) {
                grown.add("%,d %s".formatted(more, name));
            }
        });
        return "%s: %s".formatted(what, String.join(", ", grown));
    }

    private int grown(String name, Map<String, Integer> before) throws IOException, InterruptedException {
        return counts().getOrDefault(name, 0) - before.getOrDefault(name, 0);
    }
}

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
    private static final int PRIMINGS = 40;
    private static final long PAUSE_MILLIS = 500;
    private static final Pattern COUNTER = Pattern.compile("\"(\\w+)\"\\s*:\\s*(\\d+)");

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

    /// Starts the process if there is none, and compiles until the farm does it: what comes before may run anywhere.
    void prime(String compiler) throws IOException, InterruptedException {
        var before = counts();
        for (var i = 0; i < PRIMINGS; i++) {
            project.write("prime.c", "int prime%d;\n".formatted(i));
            stage.run(project.root(), compile(prefix(stage), List.of(compiler, "-x", "c++", "-c", "prime.c")));
            if (grown("remote", before) > 0) {
                return;
            }
            Thread.sleep(PAUSE_MILLIS);
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
        for (var name : List.of("hits", "shared", "remote", "local", "failed")) {
            grown.add("%d %s".formatted(grown(name, before), name));
        }
        return "%s: %s".formatted(what, String.join(", ", grown));
    }

    private int grown(String name, Map<String, Integer> before) throws IOException, InterruptedException {
        return counts().getOrDefault(name, 0) - before.getOrDefault(name, 0);
    }
}

// SPDX-License-Identifier: Apache-2.0
package build.steading.conformance;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/// How a server did, for people and for programs.
public final class Scorecard {
    private Scorecard() {}

    /// Returns one line of a finding, without its verdict.
    public static String line(Finding finding) {
        var check = finding.check();
        var seen = finding.seen().isEmpty() ? "" : "  (%s)".formatted(finding.seen());
        return "%-6s  %-3s  %s%s".formatted(word(check.level()), check.id(), check.claim(), seen);
    }

    /// Returns the word for a verdict in a line.
    public static String word(Verdict verdict) {
        return switch (verdict) {
            case PASSED -> "pass";
            case FAILED -> "FAIL";
            case SKIPPED -> "skip";
            case NOTED -> "info";
        };
    }

    private static String word(Level level) {
        return switch (level) {
            case MUST -> "MUST";
            case SHOULD -> "SHOULD";
            case OPTIONAL -> "opt";
            case INFO -> "info";
        };
    }

    /// Returns how many checks of each level passed, of those that apply.
    public static String summary(List<Finding> findings) {
        var parts = new ArrayList<String>();
        for (var level : List.of(Level.MUST, Level.SHOULD, Level.OPTIONAL)) {
            var counts = findings.stream()
                    .filter(finding -> finding.check().level() == level)
                    .collect(Collectors.groupingBy(Finding::verdict, Collectors.counting()));
            var passed = counts.getOrDefault(Verdict.PASSED, 0L);
            var failed = counts.getOrDefault(Verdict.FAILED, 0L);
            parts.add("%s %d of %d".formatted(word(level), passed, passed + failed));
        }
        var skipped = findings.stream()
                .filter(finding -> finding.verdict() == Verdict.SKIPPED)
                .count();
        return "%s, %d do not apply".formatted(String.join(", ", parts), skipped);
    }

    /// Returns a finding as JSON has it.
    public static Map<String, Object> facts(Finding finding) {
        var facts = new LinkedHashMap<String, Object>();
        facts.put("id", finding.check().id());
        facts.put("level", finding.check().level().name().toLowerCase(Locale.ROOT));
        facts.put("claim", finding.check().claim());
        facts.put("verdict", finding.verdict().name().toLowerCase(Locale.ROOT));
        facts.put("seen", finding.seen());
        facts.put("millis", finding.took().toMillis());
        return facts;
    }
}

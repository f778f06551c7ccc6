// SPDX-License-Identifier: Apache-2.0
package build.steading.project;

import build.steading.failure.Suggestions;
import build.steading.yaml.Value;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Text with references such as `${options.opt}`. `$${` stands for `${` itself. Everything that does not look
/// like a reference, for instance `$HOME` or `${name:-none}`, is plain text.
final class Template {
    /// What depends on the run that something is part of, and would keep equal tasks from sharing a result.
    private static final Set<String> OF_ONE_BUILD = Set.of("branch", "revision", "requester");

    private static final Pattern REFERENCE =
            Pattern.compile("\\$\\$\\{|\\$\\{(?<name>[A-Za-z_][A-Za-z0-9_]*(?:\\.[A-Za-z0-9_.-]+)?)}");

    /// Where a text stands decides what it may refer to.
    enum Place {
        /// Read by the shell, which has variables of its own.
        SCRIPT,
        /// Given to a program as it is, which may have variables of its own.
        ARGUMENT,
        /// A path, a requirement, or the value of an environment variable.
        SETTING,
        /// About a build as a whole, not about what its tasks do.
        NOTICE
    }

    private Template() {}

    /// Returns what a text refers to, in order.
    static SequencedSet<String> references(String text) {
        var references = new LinkedHashSet<String>();
        REFERENCE.matcher(text).results().map(result -> result.group("name")).forEach(name -> {
            if (name != null) {
                references.add(name);
            }
        });
        return references;
    }

    /// Returns the text with its references replaced; those without a value stay.
    static String fill(String text, Map<String, String> values) {
        return REFERENCE.matcher(text).replaceAll(match -> Matcher.quoteReplacement(replacement(match, values)));
    }

    private static String replacement(MatchResult match, Map<String, String> values) {
        var name = match.group("name");
        return name == null ? "${" : values.getOrDefault(name, match.group());
    }

    /// Returns what is wrong with the references of a text.
    ///
    /// @param options the names of all options
    /// @param matrix the names of all that a combination of the matrix may have
    static List<String> complaints(String text, Place place, Collection<String> options, Collection<String> matrix) {
        var complaints = new ArrayList<String>();
        for (var name : references(text)) {
            var dot = name.indexOf('.');
            if (dot < 0) {
                complaints.addAll(complaints(name, place));
                continue;
            }
            var rest = name.substring(dot + 1);
            switch (name.substring(0, dot)) {
                case "options" -> complaints.addAll(unknown(name, rest, "options", options));
                case "matrix" -> {
                    if (place == Place.NOTICE) {
                        complaints.add("Found `${%s}`, but a build has all combinations of the matrix".formatted(name));
                    } else {
                        complaints.addAll(unknown(name, rest, "matrix", matrix));
                    }
                }
                default ->
                    complaints.add(
                            "Found `${%s}`, allowed are `${options.…}` and `${matrix.…}`%s; `$${` is a plain `${`"
                                    .formatted(
                                            name,
                                            Suggestions.didYouMean(
                                                    name.substring(0, dot), List.of("options", "matrix"))));
            }
        }
        return complaints;
    }

    private static List<String> unknown(String name, String rest, String section, Collection<String> known) {
        if (known.contains(rest)) {
            return List.of();
        }
        return List.of(
                known.isEmpty()
                        ? "Found `${%s}`, but this project has no `%s`".formatted(name, section)
                        : "Found `${%s}`, in `%s` there are %s%s"
                                .formatted(name, section, Value.quoted(known), Suggestions.didYouMean(rest, known)));
    }

    private static List<String> complaints(String name, Place place) {
        if (name.equals("project") || (place == Place.NOTICE && OF_ONE_BUILD.contains(name))) {
            return List.of();
        }
        if (name.equals("slots") && place != Place.NOTICE) {
            return place == Place.SCRIPT
                    ? List.of()
                    : List.of("Found `${slots}`, allowed only where the shell reads it: in a `run` that is one text");
        }
        if (OF_ONE_BUILD.contains(name)) {
            return List.of(("Found `${%s}`, allowed only in `notify` and `concurrency`: here it would keep equal tasks"
                            + " from sharing a result; `$${%s}` stands for a variable of the shell")
                    .formatted(name, name));
        }
        return switch (place) {
            case SCRIPT, ARGUMENT -> List.of();
            case SETTING ->
                List.of(("Found `${%s}`, allowed here are `${project}`, `${options.…}` and `${matrix.…}`; `$${` is"
                                + " a plain `${`")
                        .formatted(name));
            case NOTICE ->
                List.of(("Found `${%s}`, allowed here are `${project}`, `${branch}`, `${revision}`, `${requester}` and"
                                + " `${options.…}`")
                        .formatted(name));
        };
    }
}

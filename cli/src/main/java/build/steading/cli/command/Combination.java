// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.command;

import build.steading.digest.Digest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.regex.Pattern;

/// One choice of a value for each of several options.
record Combination(SequencedMap<String, String> values) {
    private static final Pattern UNFIT = Pattern.compile("[^A-Za-z0-9=,._+~@%-]");
    private static final int LONGEST_NAME = 150;
    private static final int MARK = 8;

    /// Returns all combinations, the last option changing fastest.
    static List<Combination> product(SequencedMap<String, List<String>> choices) {
        var product = List.of(new Combination(new LinkedHashMap<>()));
        for (var choice : choices.entrySet()) {
            var longer = new ArrayList<Combination>();
            for (var combination : product) {
                for (var value : choice.getValue()) {
                    var next = new LinkedHashMap<>(combination.values());
                    next.put(choice.getKey(), value);
                    longer.add(new Combination(next));
                }
            }
            product = List.copyOf(longer);
        }
        return product;
    }

    /// Returns for instance `opt=O3,jit=true`.
    String label() {
        return String.join(
                ",",
                values.entrySet().stream()
                        .map(entry -> entry.getKey() + "=" + entry.getValue())
                        .toList());
    }

    /// Returns the label if it will do as the name of a directory, else what is near it, and unique.
    String directoryName() {
        var label = label();
        var name = UNFIT.matcher(label).replaceAll("_");
        if (name.equals(label) && name.length() <= LONGEST_NAME) {
            return name;
        }
        var mark = Digest.of(label.getBytes(StandardCharsets.UTF_8)).hash().substring(0, MARK);
        return name.substring(0, Math.min(name.length(), LONGEST_NAME)) + "-" + mark;
    }
}

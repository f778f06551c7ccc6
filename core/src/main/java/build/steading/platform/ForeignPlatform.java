// SPDX-License-Identifier: Apache-2.0
package build.steading.platform;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// All that a client asks for in words of its own, which one worker must have together.
public record ForeignPlatform(List<ForeignProperty> properties) {
    private static final int MAX_SHOWN = 3;
    private static final int MAX_CHARS = 80;

    public ForeignPlatform {
        properties = List.copyOf(properties);
    }

    public Requirement requirement() {
        return properties.stream().map(ForeignProperty::requirement).reduce(Requirement.ANY, Requirement::and);
    }

    public boolean isMetBy(Properties worker) {
        return properties.stream().allMatch(property -> property.isMetBy(worker));
    }

    /// Says what is asked for that no worker has, and what they have instead; empty if one has all of it.
    ///
    /// @param workers what there is, and how many of each
    public Optional<String> complaint(Map<Properties, Integer> workers) {
        if (workers.keySet().stream().anyMatch(this::isMetBy)) {
            return Optional.empty();
        }
        var alone = properties.stream()
                .filter(property -> workers.keySet().stream().noneMatch(property::isMetBy))
                .map(property -> complaint(property, workers))
                .toList();
        return Optional.of(alone.isEmpty() ? nearest(workers) : String.join("; ", alone));
    }

    private static String complaint(ForeignProperty property, Map<Properties, Integer> workers) {
        var byValue = new LinkedHashMap<Object, Integer>();
        workers.forEach((worker, count) ->
                property.offered(worker).ifPresent(value -> byValue.merge(value, count, Integer::sum)));
        if (byValue.isEmpty()) {
            return ForeignProperty.unknown(property.name(), property.value());
        }
        var offered = byValue.entrySet().stream()
                .sorted(Map.Entry.<Object, Integer>comparingByValue()
                        .reversed()
                        .thenComparing(each -> shown(each.getKey())))
                .map(each -> "`%s` (%s)".formatted(shown(each.getKey()), workers(each.getValue())))
                .toList();
        return "No worker has `%s` as the platform property `%s`; there are %s"
                .formatted(property.value(), property.name(), few(offered));
    }

    /// Says what those workers lack that lack least.
    private String nearest(Map<Properties, Integer> workers) {
        var byLack = new LinkedHashMap<List<ForeignProperty>, Integer>();
        workers.forEach((worker, count) -> byLack.merge(lacking(worker), count, Integer::sum));
        var lacks = byLack.entrySet().stream()
                .sorted(Comparator.comparingInt(each -> each.getKey().size()))
                .map(each -> "%s %s"
                        .formatted(
                                each.getValue() == 1 ? "1 worker only lacks" : each.getValue() + " workers only lack",
                                names(each.getKey())))
                .toList();
        return "No worker has all that the platform asks for; " + few(lacks);
    }

    private List<ForeignProperty> lacking(Properties worker) {
        return properties.stream().filter(each -> !each.isMetBy(worker)).toList();
    }

    private static String names(List<ForeignProperty> lacking) {
        return lacking.stream()
                .map(each -> "`%s` = `%s`".formatted(each.name(), each.value()))
                .collect(Collectors.joining(" and "));
    }

    private static String few(List<String> parts) {
        var shown = new ArrayList<>(parts.subList(0, Math.min(MAX_SHOWN, parts.size())));
        if (parts.size() > MAX_SHOWN) {
            shown.add("and %d more".formatted(parts.size() - MAX_SHOWN));
        }
        return String.join(", ", shown);
    }

    private static String workers(int count) {
        return count == 1 ? "1 worker" : count + " workers";
    }

    private static String shown(Object value) {
        var text = value.toString();
        return text.length() <= MAX_CHARS ? text : text.substring(0, MAX_CHARS - 3) + "...";
    }
}

// SPDX-License-Identifier: Apache-2.0
package build.steading.yaml;

import build.steading.failure.Suggestions;
import build.steading.tree.RelativePath;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/// One value of the file. Whoever asks it for something that it is not gets the nearest harmless thing, and the
/// problem is noted.
public final class Value {
    private static final int MAX_NAMES = 20;

    private final Node node;
    private final String where;
    private final Problems problems;

    private Value(Node node, String where, Problems problems) {
        this.node = node;
        this.where = where;
        this.problems = problems;
    }

    static Value root(Node node, Problems problems) {
        return new Value(node, "", problems);
    }

    /// Returns the entries of a mapping with certain keys; others are problems.
    public SequencedMap<String, Value> fields(Collection<String> allowed) {
        var fields = entries("a mapping with " + quoted(allowed));
        fields.forEach((key, value) -> {
            if (!allowed.contains(key)) {
                problems.add(
                        value.where + "#",
                        "Found `%s`, allowed here are %s%s"
                                .formatted(
                                        RelativePath.printable(key),
                                        quoted(allowed),
                                        Suggestions.didYouMean(key, allowed)));
            }
        });
        fields.keySet().retainAll(allowed);
        return fields;
    }

    /// Returns the entries of a mapping with any keys, in the order of the file.
    ///
    /// @param allowed what is wanted, for the message if this is no mapping
    public SequencedMap<String, Value> entries(String allowed) {
        var entries = new LinkedHashMap<String, Value>();
        if (!(node instanceof MappingNode mapping)) {
            wrong(allowed);
            return entries;
        }
        for (var tuple : mapping.getValue()) {
            if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
                child("?", tuple.getKeyNode(), tuple.getKeyNode()).wrong("text as the name of an entry");
                continue;
            }
            var value = child(key.getValue(), key, tuple.getValueNode());
            if (entries.putIfAbsent(key.getValue(), value) != null) {
                var again = where + "/" + key.getValue() + "#again";
                locate(again, key);
                problems.add(again, "Found `%s` twice".formatted(RelativePath.printable(key.getValue())));
            }
        }
        return entries;
    }

    /// @param allowed what is wanted, for the message if this is no list
    public List<Value> items(String allowed) {
        var items = new ArrayList<Value>();
        if (node instanceof SequenceNode sequence) {
            for (var item : sequence.getValue()) {
                items.add(child(Integer.toString(items.size()), item, item));
            }
        } else {
            wrong(allowed);
        }
        return items;
    }

    public boolean isList() {
        return node instanceof SequenceNode;
    }

    public boolean isMapping() {
        return node instanceof MappingNode;
    }

    /// Returns whether there is nothing after the key, or `null`.
    public boolean isNothing() {
        return node.getTag().equals(Tag.NULL);
    }

    /// Returns a text; numbers, booleans and nothing are none unless they are in quotes.
    public Optional<String> text(String allowed) {
        return scalar(allowed, Tag.STR);
    }

    /// Returns a text of a certain form.
    public Optional<String> text(Pattern form, String allowed) {
        return matching(text(allowed), form, allowed);
    }

    /// Returns a text, number or boolean of a certain form, as it is written.
    public Optional<String> scalar(Pattern form, String allowed) {
        return matching(scalar(allowed), form, allowed);
    }

    private Optional<String> matching(Optional<String> text, Pattern form, String allowed) {
        if (text.isPresent() && !form.matcher(text.get()).matches()) {
            wrong(allowed);
            return Optional.empty();
        }
        return text;
    }

    /// Returns the constant of an enumeration that is named here, in lower case.
    public <E extends Enum<E>> Optional<E> constant(Class<E> type) {
        var names = new LinkedHashMap<String, E>();
        for (var constant : EnumSet.allOf(type)) {
            names.put(constant.name().toLowerCase(Locale.ROOT), constant);
        }
        var allowed = Value.quoted(names.keySet());
        var name = text(names.size() == 1 ? allowed : "one of " + allowed);
        if (name.isPresent() && !names.containsKey(name.get())) {
            wrong((names.size() == 1 ? allowed : "one of " + allowed)
                    + Suggestions.didYouMean(name.get(), names.keySet()));
        }
        return name.flatMap(found -> Optional.ofNullable(names.get(found)));
    }

    /// Returns a text, number or boolean as it is written.
    public Optional<String> scalar(String allowed) {
        return scalar(allowed, Tag.STR, Tag.INT, Tag.FLOAT, Tag.BOOL);
    }

    /// Returns a whole number in decimal notation.
    public Optional<Long> number(String allowed) {
        var text = scalar(allowed, Tag.INT);
        try {
            return text.map(Long::valueOf);
        } catch (NumberFormatException _) {
            wrong(allowed);
            return Optional.empty();
        }
    }

    /// Returns a boolean, also when it is written as `yes`, `no`, `on` or `off`.
    public Optional<Boolean> bool(String allowed) {
        var text = scalar(allowed, Tag.STR, Tag.BOOL);
        if (text.isPresent() && node.getTag().equals(Tag.BOOL)) {
            return Optional.of(Boolean.valueOf(text.get()));
        }
        var flag = text.flatMap(Value::truth);
        if (text.isPresent() && flag.isEmpty()) {
            wrong(allowed);
        }
        return flag;
    }

    /// Returns what a word says that means true or false.
    public static Optional<Boolean> truth(String word) {
        return switch (word) {
            case "true", "yes", "on" -> Optional.of(true);
            case "false", "no", "off" -> Optional.of(false);
            default -> Optional.empty();
        };
    }

    /// Returns whatever is here: a `String`, `Long`, `Double` or `Boolean`, or a `List` or `Map` of such; an
    /// empty text where it is none of these.
    ///
    /// @param allowed what is wanted, for the message then
    public Object data(String allowed) {
        return switch (node) {
            case MappingNode _ -> {
                var map = new LinkedHashMap<String, Object>();
                entries(allowed).forEach((name, value) -> map.put(name, value.data(allowed)));
                yield map;
            }
            case SequenceNode _ ->
                items(allowed).stream().map(item -> item.data(allowed)).toList();
            default -> scalarData(allowed);
        };
    }

    private Object scalarData(String allowed) {
        if (node.getTag().equals(Tag.INT)) {
            return number(allowed).<Object>map(number -> number).orElse("");
        }
        var text = scalar(allowed);
        if (text.isPresent() && node.getTag().equals(Tag.FLOAT)) {
            return decimal(text.get(), allowed);
        }
        return text.isPresent() && node.getTag().equals(Tag.BOOL) ? Boolean.valueOf(text.get()) : text.orElse("");
    }

    private Object decimal(String text, String allowed) {
        try {
            return Double.valueOf(text);
        } catch (NumberFormatException _) {
            wrong(allowed);
            return "";
        }
    }

    private Optional<String> scalar(String allowed, Tag... tags) {
        if (node instanceof ScalarNode scalar && List.of(tags).contains(node.getTag())) {
            if (scalar.getValue().indexOf('\0') < 0) {
                return Optional.of(scalar.getValue());
            }
            problems.add(where, "Found a NUL character, allowed is text without it");
        } else {
            wrong(allowed);
        }
        return Optional.empty();
    }

    /// Notes that something else is wanted here.
    public void wrong(String allowed) {
        problems.add(where, "Found %s, allowed here is %s".formatted(description(), allowed));
    }

    public void problem(String message) {
        problems.add(where, message);
    }

    /// Notes it if this entry has a name that it cannot have.
    public void checkName(String name, Pattern form, String allowed) {
        if (!form.matcher(name).matches()) {
            problems.add(
                    where + "#",
                    "Found the name `%s`, allowed are %s".formatted(RelativePath.printable(name), allowed));
        }
    }

    private String description() {
        return switch (node) {
            case MappingNode _ -> "a mapping";
            case SequenceNode _ -> "a list";
            case ScalarNode scalar
            when node.getTag().equals(Tag.STR) || scalar.getTag().equals(Tag.BOOL) ->
                "`" + RelativePath.printable(scalar.getValue()) + "`";
            case ScalarNode scalar
            when node.getTag().equals(Tag.INT) || node.getTag().equals(Tag.FLOAT) ->
                "the number `" + RelativePath.printable(scalar.getValue()) + "`";
            case ScalarNode _ when node.getTag().equals(Tag.NULL) -> "nothing";
            default ->
                "a value of the type `" + RelativePath.printable(node.getTag().getValue()) + "`";
        };
    }

    /// The place of a collection in a mapping is its key: the collection itself may begin on a later line.
    private Value child(String name, Node key, Node value) {
        var child = new Value(value, where + "/" + name, problems);
        locate(child.where, value instanceof ScalarNode ? value : key);
        locate(child.where + "#", key);
        return child;
    }

    private void locate(String place, Node at) {
        at.getStartMark().ifPresent(mark -> problems.locate(place, mark.getLine() + 1, mark.getColumn() + 1));
    }

    /// Returns names as a list for people; of very many, only the first.
    public static String quoted(Collection<String> names) {
        var shown = names.stream()
                .limit(MAX_NAMES)
                .map(name -> "`" + RelativePath.printable(name) + "`")
                .collect(Collectors.joining(", "));
        return names.size() <= MAX_NAMES ? shown : shown + " and %d more".formatted(names.size() - MAX_NAMES);
    }
}

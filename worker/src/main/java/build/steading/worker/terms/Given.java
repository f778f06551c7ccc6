// SPDX-License-Identifier: Apache-2.0
package build.steading.worker.terms;

import build.steading.auth.Identity;
import build.steading.failure.ByteSize;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.failure.Suggestions;
import build.steading.platform.Policy;
import build.steading.yaml.Problems;
import build.steading.yaml.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.Function;

/// What was said, by file and command line, and where. What is wrong with it is noted. Not thread-safe.
final class Given {
    private final Problems problems;
    private final Map<String, List<Said>> texts = new HashMap<>();
    private final Map<String, Object> properties = new LinkedHashMap<>();

    Given(Problems problems) {
        this.problems = problems;
    }

    /// @param where for [Problems]
    private record Said(String where, String text) {}

    void addFile(Value top) {
        var names = new ArrayList<>(WorkerSettings.NAMES);
        names.set(names.indexOf("property"), WorkerSettings.PROPERTIES);
        top.fields(names).forEach((name, value) -> {
            if (name.equals(WorkerSettings.PROPERTIES)) {
                addProperties(value);
            } else if (name.equals("policy") && value.isList()) {
                var number = 0;
                for (var item : value.items("policies")) {
                    add(name, "/policy/" + number++, item.text("an expression in quotes"));
                }
            } else {
                add(name, "/" + name, value.scalar("a text or number"));
            }
        });
    }

    private void add(String name, String where, Optional<String> text) {
        text.ifPresent(
                said -> texts.computeIfAbsent(name, _ -> new ArrayList<>()).add(new Said(where, said)));
    }

    private void addProperties(Value section) {
        section.entries("a mapping of properties by name").forEach((name, value) -> {
            var where = "/properties/" + name;
            if (!properties.containsKey(name)) {
                PropertyText.checkName(name).ifPresent(wrong -> problems.add(where + "#", wrong));
                properties.put(name, value.data(PropertyText.ALLOWED));
            }
        });
    }

    /// @param options by name, without dashes
    void addOptions(Map<String, List<String>> options) {
        options.forEach((name, values) -> {
            var where = "/--" + name;
            problems.name(where, "Option `--" + name + "`");
            if (!WorkerSettings.NAMES.contains(name)) {
                problems.add(
                        where,
                        "Found an option that there is not%s"
                                .formatted(Suggestions.didYouMean(name, WorkerSettings.NAMES)));
            } else if (name.equals("property")) {
                values.forEach(value -> addProperty(where, value));
            } else if (name.equals("policy")) {
                values.forEach(value -> add(name, where, Optional.of(value)));
            } else {
                // What the file says about it no longer counts.
                texts.put(
                        name,
                        values.stream().map(value -> new Said(where, value)).toList());
            }
        });
    }

    private void addProperty(String where, String text) {
        switch (PropertyText.parse(text)) {
            case PropertyText.Wrong(var message) -> problems.add(where, message);
            case PropertyText.Property(var name, var value) -> {
                PropertyText.checkName(name).ifPresent(wrong -> problems.add(where, wrong));
                properties.put(name, value);
            }
        }
    }

    Map<String, Object> properties() {
        return properties;
    }

    List<Policy> policies() {
        var policies = new ArrayList<Policy>();
        for (var said : texts.getOrDefault("policy", List.of())) {
            valid(said, () -> Policy.parse(said.text())).ifPresent(policies::add);
        }
        return policies;
    }

    Optional<Hours> hours(String name) {
        return last(name).flatMap(said -> valid(said, () -> Hours.parse(said.text())));
    }

    private interface Parser<T> {
        /// @throws SteadingException with `Invalid`
        T parse();
    }

    private <T> Optional<T> valid(Said said, Parser<T> parser) {
        try {
            return Optional.of(parser.parse());
        } catch (SteadingException e) {
            if (!(e.failure() instanceof Failure.Invalid)) {
                throw e;
            }
            problems.add(said.where(), e.failure().message());
            return Optional.empty();
        }
    }

    Optional<String> name(String name) {
        return one(
                name,
                "1 to 64 letters, digits and `. _ - @`, the first one a letter or digit",
                text -> Optional.of(text).filter(Identity::isName));
    }

    OptionalLong number(String name, long min, long max) {
        var number = one(
                name,
                "a whole number from %d to %d".formatted(min, max),
                text -> whole(text).filter(found -> min <= found && found <= max));
        return number.isPresent() ? OptionalLong.of(number.get()) : OptionalLong.empty();
    }

    OptionalLong bytes(String name) {
        var size = one(name, ByteSize.ALLOWED, ByteSize::parse);
        return size.isPresent() ? OptionalLong.of(size.get().bytes()) : OptionalLong.empty();
    }

    OptionalDouble decimal(String name) {
        var number = one(
                name,
                "a number above 0, such as `1.5`",
                text -> Optional.of(text)
                        .filter(found -> found.matches("[0-9]{1,6}(\\.[0-9]{1,6})?"))
                        .map(Double::valueOf)
                        .filter(found -> found > 0));
        return number.isPresent() ? OptionalDouble.of(number.get()) : OptionalDouble.empty();
    }

    Optional<Boolean> truth(String name) {
        return one(name, "`yes` or `no`", Value::truth);
    }

    private static Optional<Long> whole(String text) {
        return text.matches("[0-9]{1,18}") ? Optional.of(Long.valueOf(text)) : Optional.empty();
    }

    private <T> Optional<T> one(String name, String allowed, Function<String, Optional<T>> parser) {
        var said = last(name);
        var value = said.flatMap(found -> parser.apply(found.text().strip()));
        if (said.isPresent() && value.isEmpty()) {
            problems.add(
                    said.get().where(),
                    "Found `%s`, allowed here is %s".formatted(said.get().text(), allowed));
        }
        return value;
    }

    private Optional<Said> last(String name) {
        var all = texts.getOrDefault(name, List.of());
        if (all.size() > 1) {
            problems.add(all.getLast().where(), "Found it %d times, allowed is once".formatted(all.size()));
        }
        return all.isEmpty() ? Optional.empty() : Optional.of(all.getLast());
    }
}

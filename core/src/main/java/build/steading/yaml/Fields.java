// SPDX-License-Identifier: Apache-2.0
package build.steading.yaml;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

/// The entries of a mapping that has certain keys and no others.
public final class Fields {
    private final Value mapping;
    private final SequencedMap<String, Value> values;

    private Fields(Value mapping, SequencedMap<String, Value> values) {
        this.mapping = mapping;
        this.values = values;
    }

    /// Notes it if `value` is no mapping, or has other keys.
    public static Fields of(Value value, Collection<String> keys) {
        return new Fields(value, value.fields(keys));
    }

    public Optional<Value> get(String key) {
        return Optional.ofNullable(values.get(key));
    }

    /// Notes it if there is no such entry.
    public Optional<Value> required(String key, String needed) {
        if (mapping.isMapping() && !values.containsKey(key)) {
            mapping.problem("Found no `%s`, needed is %s".formatted(key, needed));
        }
        return get(key);
    }

    public Optional<String> text(String key, String allowed) {
        return get(key).flatMap(value -> value.text(allowed));
    }

    public String requiredText(String key, String needed) {
        return required(key, needed).flatMap(value -> value.text(needed)).orElse("");
    }

    /// Returns a list of texts, also where some of them are none: then these are left empty.
    ///
    /// @param allowed what each one must be
    public Optional<List<String>> texts(String key, String allowed) {
        return get(key).map(value -> {
            var texts = new ArrayList<String>();
            for (var item : value.items("a list, each entry " + allowed)) {
                texts.add(item.text(allowed).orElse(""));
            }
            return texts;
        });
    }
}

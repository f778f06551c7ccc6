// SPDX-License-Identifier: Apache-2.0
package build.steading.platform;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Leads to a value in a worker's properties: `tools.gcc` is the entry `gcc` of the property `tools`.
///
/// @param names the property, then keys of maps; not empty
record PropertyPath(List<String> names) {
    PropertyPath {
        names = List.copyOf(names);
    }

    String property() {
        return names.getFirst();
    }

    /// Returns the value there, if the worker has it.
    Optional<Object> find(Properties worker) {
        @Nullable Object at = worker.values();
        for (var name : names) {
            at = at instanceof Map<?, ?> map ? map.get(name) : null;
        }
        return Optional.ofNullable(at);
    }

    /// Returns the shortest beginning of this path that leads nowhere; empty if there is a value at its end.
    Optional<PropertyPath> firstUnknown(Properties worker) {
        for (var length = 1; length <= names.size(); length++) {
            var beginning = new PropertyPath(names.subList(0, length));
            if (beginning.find(worker).isEmpty()) {
                return Optional.of(beginning);
            }
        }
        return Optional.empty();
    }

    @Override
    public String toString() {
        return String.join(".", names);
    }
}

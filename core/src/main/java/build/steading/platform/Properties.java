// SPDX-License-Identifier: Apache-2.0
package build.steading.platform;

import java.util.Map;
import java.util.TreeMap;

/// What a worker is: typed values by name, for instance `os` = "linux", `cores` = 8, `sandbox` = "bubblewrap".
///
/// @param values each a `String`, `Long`, `Double`, `Boolean`, or a `List` or `Map` (with `String` keys) of such
public record Properties(Map<String, Object> values) {
    public Properties {
        values = Map.copyOf(values);
    }

    /// Returns the values, sorted by name.
    @Override
    public String toString() {
        return new TreeMap<>(values).toString();
    }
}

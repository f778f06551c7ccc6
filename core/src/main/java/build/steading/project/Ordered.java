// SPDX-License-Identifier: Apache-2.0
package build.steading.project;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/// Unmodifiable copies of maps that keep the order of the file, as `Map.copyOf` does not.
final class Ordered {
    private Ordered() {}

    static <K, V> SequencedMap<K, V> copyOf(Map<K, V> map) {
        return Collections.unmodifiableSequencedMap(new LinkedHashMap<>(map));
    }
}

// SPDX-License-Identifier: Apache-2.0
package build.steading.platform;

import com.google.common.collect.ImmutableMap;
import dev.cel.common.types.CelType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;

/// What a kind of expression may mention, and the words for it.
enum Dialect {
    /// Which properties there are is free, for every farm has its own, and so are their types.
    REQUIREMENT("Requirement", "property `%s` is not known to this worker", ImmutableMap.of()),
    /// Names are those of [RequestFacts] and [Surroundings].
    POLICY("Policy", "`%s` is not known of this request", policyNames());

    /// How messages call an expression.
    final String noun;

    /// The names that may be mentioned, in the order for people; empty if any may.
    final ImmutableMap<String, CelType> names;

    private final String unknown;

    Dialect(String noun, String unknown, ImmutableMap<String, CelType> names) {
        this.noun = noun;
        this.unknown = unknown;
        this.names = names;
    }

    private static ImmutableMap<String, CelType> policyNames() {
        return ImmutableMap.<String, CelType>builder()
                .put("project", SimpleType.STRING)
                .put("requester", SimpleType.STRING)
                .put("source", SimpleType.STRING)
                .put("branch", SimpleType.STRING)
                .put("options", MapType.create(SimpleType.STRING, SimpleType.STRING))
                .put("priority", SimpleType.INT)
                .put("expected", SimpleType.DOUBLE)
                .put(Surroundings.HOUR, SimpleType.INT)
                .put(Surroundings.WEEKDAY, SimpleType.STRING)
                .put(Surroundings.BATTERY, SimpleType.BOOL)
                .put(Surroundings.LOAD, SimpleType.DOUBLE)
                .buildOrThrow();
    }

    /// Says that a value is not there, for people.
    String unknown(PropertyPath path) {
        return unknown.formatted(path);
    }
}

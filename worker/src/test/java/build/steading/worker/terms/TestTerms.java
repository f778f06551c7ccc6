// SPDX-License-Identifier: Apache-2.0
package build.steading.worker.terms;

import build.steading.platform.Policy;
import build.steading.platform.Properties;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/// Terms that say one thing and are otherwise unlimited.
public final class TestTerms {
    private static final Properties NONE = new Properties(Map.of());

    private TestTerms() {}

    public static Terms policy(String policy) {
        return new Terms(
                Policy.parse(policy),
                NONE,
                OptionalLong.empty(),
                Hours.ALWAYS,
                OptionalDouble.empty(),
                true,
                0,
                0,
                false);
    }

    public static Terms hours(String hours) {
        return new Terms(
                Policy.ANYTHING,
                NONE,
                OptionalLong.empty(),
                Hours.parse(hours),
                OptionalDouble.empty(),
                true,
                0,
                0,
                false);
    }

    public static Terms memory(long bytes) {
        return new Terms(
                Policy.ANYTHING, NONE, OptionalLong.of(bytes), Hours.ALWAYS, OptionalDouble.empty(), true, 0, 0, false);
    }

    public static Terms maxLoad(double load) {
        return new Terms(
                Policy.ANYTHING, NONE, OptionalLong.empty(), Hours.ALWAYS, OptionalDouble.of(load), true, 0, 0, false);
    }

    public static Terms mainsOnly() {
        return new Terms(
                Policy.ANYTHING, NONE, OptionalLong.empty(), Hours.ALWAYS, OptionalDouble.empty(), false, 0, 0, false);
    }

    public static Terms diskFloor(long bytes) {
        return new Terms(
                Policy.ANYTHING,
                NONE,
                OptionalLong.empty(),
                Hours.ALWAYS,
                OptionalDouble.empty(),
                true,
                0,
                bytes,
                false);
    }

    public static Terms nice(int level) {
        return new Terms(
                Policy.ANYTHING,
                NONE,
                OptionalLong.empty(),
                Hours.ALWAYS,
                OptionalDouble.empty(),
                true,
                level,
                0,
                false);
    }

    public static Terms properties(Map<String, Object> values) {
        return new Terms(
                Policy.ANYTHING,
                new Properties(values),
                OptionalLong.empty(),
                Hours.ALWAYS,
                OptionalDouble.empty(),
                true,
                0,
                0,
                false);
    }
}

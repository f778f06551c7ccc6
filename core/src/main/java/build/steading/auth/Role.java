// SPDX-License-Identifier: Apache-2.0
package build.steading.auth;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/// What somebody may do with a farm.
public enum Role {
    /// May look at builds, logs and machines.
    VIEWER,
    /// May also have things built, and stop what they asked for.
    BUILDER,
    /// May take work and answer it, and nothing else: a machine, not a person.
    WORKER,
    /// May do everything, except what only a worker does.
    ADMIN;

    /// Returns whether this role includes all that `other` may do.
    public boolean includes(Role other) {
        return switch (this) {
            case WORKER -> other == WORKER;
            case VIEWER -> other == VIEWER;
            case BUILDER -> other == VIEWER || other == BUILDER;
            case ADMIN -> other != WORKER;
        };
    }

    /// Returns what people write.
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// Returns the role that people write so; empty if there is none.
    public static Optional<Role> parse(String text) {
        return Stream.of(values()).filter(role -> role.text().equals(text)).findFirst();
    }
}

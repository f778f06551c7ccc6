// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import build.steading.failure.SteadingException;
import java.util.Set;

/// The instance names that clients may use. They all mean the same farm.
///
/// @param allowed empty if any name will do
public record InstanceNames(Set<String> allowed) {
    public static final InstanceNames ANY = new InstanceNames(Set.of());

    public InstanceNames {
        allowed = Set.copyOf(allowed);
    }

    /// @throws SteadingException with `Invalid` if `name` is not served here
    void check(String name) {
        if (!allowed.isEmpty() && !allowed.contains(name)) {
            throw SteadingException.invalid(
                    "Instance `%s` is not served here; allowed are %s",
                    name, allowed.stream().sorted().toList());
        }
    }
}

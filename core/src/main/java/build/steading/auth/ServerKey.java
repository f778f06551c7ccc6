// SPDX-License-Identifier: Apache-2.0
package build.steading.auth;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.Set;
import java.util.function.Supplier;

/// What a server proves its names with: a key that is never stored, and a certificate of the farm's authority.
/// Both are made anew when two thirds of their time are over, and when it has not come yet because the clock has
/// gone back. Thread-safe.
public final class ServerKey implements Supplier<KeyChain> {
    private final Authority authority;
    private final Set<String> names;

    @GuardedBy("this")
    private KeyChain current;

    ServerKey(Authority authority, Set<String> names) {
        this.authority = authority;
        this.names = Set.copyOf(names);
        this.current = authority.newServerKey(names);
    }

    @Override
    public synchronized KeyChain get() {
        var now = authority.clock().instant();
        var begins = current.certificate().getNotBefore().toInstant();
        if (Renewals.isDue(current.certificate(), now) || now.isBefore(begins)) {
            current = authority.newServerKey(names);
        }
        return current;
    }
}

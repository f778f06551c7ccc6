// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import build.steading.auth.Identity;
import build.steading.auth.Role;
import io.grpc.Context;

/// Who makes the present call.
public final class Callers {
    /// Whoever may enter the directory of a local socket: the user himself.
    public static final Identity LOCAL = new Identity("local", Role.ADMIN);

    /// Whoever may use the loopback interface: any user of this machine.
    static final Identity SAME_MACHINE = new Identity("local", Role.BUILDER);

    static final Context.Key<Identity> KEY = Context.key("identity");

    private Callers() {}

    /// Returns who was recognised when the call began.
    ///
    /// @throws IllegalStateException outside of calls, and in those that answer everybody
    public static Identity current() {
        var identity = KEY.get();
        if (identity == null) {
            throw new IllegalStateException("Nobody was recognised here");
        }
        return identity;
    }
}

// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import build.steading.auth.Identity;
import build.steading.auth.Role;
import io.grpc.Context;

/// Who makes the present call.
public final class Callers {
    /// Whoever may enter the directory of a local socket: the user himself.
    public static final Identity LOCAL = new Identity("local", Role.ADMIN);

    static final Context.Key<Identity> KEY = Context.keyWithDefault("identity", LOCAL);

    private Callers() {}

    /// Returns who was recognised when the call began.
    public static Identity current() {
        return KEY.get();
    }
}

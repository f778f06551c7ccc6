// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import build.steading.auth.Identity;
import build.steading.auth.Recognition;
import io.grpc.Metadata;
import io.grpc.ServerCall;

/// Finds out who makes a call.
@FunctionalInterface
interface Authenticator {
    Recognition recognise(ServerCall<?, ?> call, Metadata headers);

    /// Recognises everybody as `identity`: for places that only he can reach.
    static Authenticator always(Identity identity) {
        var known = new Recognition.Known(identity);
        return (_, _) -> known;
    }
}

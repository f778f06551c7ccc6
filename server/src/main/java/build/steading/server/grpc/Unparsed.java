// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import io.grpc.MethodDescriptor;
import java.io.InputStream;

/// Hands messages on as they travel, so that they are parsed behind the [FailureInterceptor] and not before it:
/// gRPC itself ends a call with `UNKNOWN` whose message cannot be parsed, as if that were a bug of ours.
enum Unparsed implements MethodDescriptor.Marshaller<InputStream> {
    MESSAGES;

    @Override
    public InputStream stream(InputStream message) {
        return message;
    }

    @Override
    public InputStream parse(InputStream message) {
        return message;
    }
}

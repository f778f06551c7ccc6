// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import io.grpc.HandlerRegistry;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/// Stands for every method that there is not, so that even this is said only to those whom we know.
final class NoSuchMethod extends HandlerRegistry {
    private static final MethodDescriptor.Marshaller<byte[]> BYTES = new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    };
    private static final Object MARK = new Object();

    /// Returns whether a method is one of those.
    static boolean is(MethodDescriptor<?, ?> method) {
        return MARK.equals(method.getSchemaDescriptor());
    }

    @Override
    public ServerMethodDefinition<?, ?> lookupMethod(String name, @Nullable String authority) {
        var method = MethodDescriptor.newBuilder(BYTES, BYTES)
                .setType(MethodDescriptor.MethodType.UNKNOWN)
                .setFullMethodName(name)
                .setSchemaDescriptor(MARK)
                .build();
        return ServerMethodDefinition.create(method, (call, _) -> {
            call.close(Status.UNIMPLEMENTED.withDescription("There is no method `" + name + "`"), new Metadata());
            return new ServerCall.Listener<>() {};
        });
    }
}

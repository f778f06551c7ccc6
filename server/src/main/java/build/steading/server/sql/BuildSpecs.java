// SPDX-License-Identifier: Apache-2.0
package build.steading.server.sql;

import build.steading.build.BuildSpec;
import build.steading.build.SpecMessages;
import build.steading.failure.SteadingException;
import com.google.protobuf.InvalidProtocolBufferException;
import java.sql.SQLException;

/// Keeps a [BuildSpec] as the bytes of the message of the same name.
final class BuildSpecs {
    private BuildSpecs() {}

    static byte[] encode(BuildSpec spec) {
        return SpecMessages.toProto(spec).toByteArray();
    }

    static BuildSpec decode(byte[] bytes) throws SQLException {
        try {
            return SpecMessages.fromProto(build.steading.api.v1.BuildSpec.parseFrom(bytes));
        } catch (InvalidProtocolBufferException | SteadingException e) {
            throw new SQLException("A build's specification is unreadable", e);
        }
    }
}

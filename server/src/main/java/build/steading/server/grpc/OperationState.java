// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import com.google.longrunning.Operation;

/// What there is to say about an operation at one moment.
///
/// @param version grows with every change
record OperationState(long version, Operation message) {
    boolean ended() {
        return message.getDone();
    }
}

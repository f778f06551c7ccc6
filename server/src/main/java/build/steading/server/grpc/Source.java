// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import java.util.Optional;

/// The messages of a streamed answer, made one by one. Not thread-safe.
interface Source<T> extends AutoCloseable {
    /// Returns the next message, empty after the last. May block.
    Optional<T> next();

    /// Lets go of what the messages are made from. Closing again does nothing.
    @Override
    void close();
}

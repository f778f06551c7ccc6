// SPDX-License-Identifier: Apache-2.0
package build.steading.failure;

import build.steading.digest.Digest;
import java.time.Duration;
import java.util.Set;

/// Why something could not be done. The kinds differ in *who can put it right*, and each edge (exit code, gRPC
/// status) translates them once.
public sealed interface Failure {
    /// Says what was found, where, and what is allowed or what helps: a capital letter, names in backticks, no
    /// full stop.
    String message();

    /// The request makes no sense as it stands: whoever wrote it can mend it.
    record Invalid(String message) implements Failure {}

    /// What was named does not exist: whoever named it can name something else.
    record NotFound(String message) implements Failure {}

    /// Blobs that are needed are not in the store: whoever has them can upload them.
    record MissingBlobs(Set<Digest> digests) implements Failure {
        public MissingBlobs {
            digests = Set.copyOf(digests);
        }

        @Override
        public String message() {
            return digests.size() == 1
                    ? "Blob `%s` is not in the store"
                            .formatted(digests.iterator().next())
                    : "%d blobs are not in the store, `%s` among them"
                            .formatted(digests.size(), digests.iterator().next());
        }
    }

    /// The caller may not do this: an administrator can change that.
    record Denied(String message) implements Failure {}

    /// The farm is too busy: try again no sooner than `retryAfter`.
    record Overloaded(String message, Duration retryAfter) implements Failure {}

    /// No machine of the farm is what the request asks for: its author can ask for something else, and an
    /// administrator can add such a machine.
    record Unsupported(String message) implements Failure {}

    /// A part of the farm, a disk or the network does not answer: try again, or look after the machine.
    ///
    /// @param unanswered whether the request may have arrived, and only the answer be lost: what was asked for
    ///     may have been done all the same
    record Unavailable(String message, boolean unanswered) implements Failure {
        /// Nothing was done.
        public Unavailable(String message) {
            this(message, false);
        }

        /// Returns the same of a request that may have arrived.
        public Unavailable unanswered(boolean perhaps) {
            return new Unavailable(message, perhaps);
        }
    }
}

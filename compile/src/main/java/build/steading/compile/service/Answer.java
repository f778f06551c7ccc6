// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.service;

import com.google.protobuf.ByteString;

/// What becomes of a [TypedCommand].
public sealed interface Answer {
    /// It is done: the files are written, and this is what the compiler said.
    record Done(int exitCode, ByteString stdout, ByteString stderr) implements Answer {}

    /// The compiler must run where it was called. Nothing has been written.
    ///
    /// @param reason why, in words that stay the same, since statistics are kept under them
    /// @param detail what of the call is the reason; may be empty
    /// @param failed whether the farm should have done it and could not
    /// @param slot to be closed when the compiler has ended
    record Home(String reason, String detail, boolean failed, HomeSlot slot) implements Answer {
        static Home decided(String reason, String detail) {
            return new Home(reason, detail, false, HomeSlot.NONE);
        }

        Home with(HomeSlot held) {
            return new Home(reason, detail, failed, held);
        }

        @Override
        public String toString() {
            return detail.isEmpty() ? reason : reason + ": " + detail;
        }
    }
}

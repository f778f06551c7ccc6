// SPDX-License-Identifier: Apache-2.0
package build.steading.notify;

/// Takes messages to their receivers by one channel. Thread-safe.
public interface Carrier {
    /// Sends one message, within a minute or so.
    Result carry(Message message) throws InterruptedException;

    /// What became of one attempt to send a message.
    sealed interface Result {
        /// The receiver has it.
        record Delivered() implements Result {}

        /// It did not work, and may work later.
        record NotNow(String why) implements Result {}

        /// The receiver will never take it.
        record Refused(String why) implements Result {}
    }
}

// SPDX-License-Identifier: Apache-2.0
package build.steading.notify;

import build.steading.build.BuildId;
import build.steading.build.Notice;
import build.steading.digest.Digest;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/// A notice in the outbox: one thing to say to one recipient, once.
///
/// @param created when the build ended
/// @param state how far it is
/// @param tries how often sending it has begun
/// @param due not sent before
/// @param error why it could not be sent yet, or at all; may be empty
public record Message(
        long id, BuildId build, Notice notice, Instant created, State state, int tries, Instant due, String error) {
    /// How far a message is. See docs/telling.md.
    public enum State {
        /// It waits until it is due.
        PENDING,
        /// It is being sent; or it was, when the process ended: then it is sent again.
        SENDING,
        /// The receiver has it.
        SENT,
        /// It could not be sent, and will not be tried again.
        FAILED
    }

    /// Returns a name for this message that is the same whenever it is sent, so that a receiver who gets it twice
    /// can tell: 32 hex digits, which differ between farms too.
    public String fingerprint() {
        var text = notice.key(build) + "@" + created;
        return Digest.of(text.getBytes(StandardCharsets.UTF_8)).hash().substring(0, 32);
    }

    /// Returns this message as one that is being sent from now on.
    public Message sending() {
        return new Message(id, build, notice, created, State.SENDING, tries + 1, due, error);
    }

    Message sent() {
        return new Message(id, build, notice, created, State.SENT, tries, due, "");
    }

    Message again(Instant when, String why) {
        return new Message(id, build, notice, created, State.PENDING, tries, when, why);
    }

    Message failed(String why) {
        return new Message(id, build, notice, created, State.FAILED, tries, due, why);
    }
}

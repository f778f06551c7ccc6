// SPDX-License-Identifier: Apache-2.0
package build.steading.notify;

import build.steading.failure.SteadingException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Keeps messages from the end of their build until they are sent, whatever dies.
/// [build.steading.build.BuildRecords#save] puts them in. For one [Messenger]. Thread-safe; all methods throw
/// [SteadingException] with `Unavailable` if the medium fails.
public interface Outbox {
    /// Takes the messages that are due: of each lane ([build.steading.build.Notice#lane]) the one that was due
    /// first. They are `SENDING` from now on, with one more try. What was `SENDING` before in a lane that is not
    /// busy was cut off, and is due again.
    ///
    /// @param busy lanes of which nothing is taken
    List<Message> take(Instant now, Set<String> busy, int limit);

    /// Stores what became of a message that was taken.
    void save(Message message);

    /// Returns when the next message becomes due.
    ///
    /// @param busy lanes that are not looked at
    Optional<Instant> nextDue(Set<String> busy);

    /// Returns how things stand.
    ///
    /// @param failed how many of the failed messages at the most
    Summary summary(int failed);

    /// How things stand.
    ///
    /// @param pending how many messages are still to be sent
    /// @param late how many of them have been tried in vain
    /// @param failed how many were given up
    /// @param newestFailed the last of these, newest first
    record Summary(long pending, long late, long failed, List<Message> newestFailed) {
        public Summary {
            newestFailed = List.copyOf(newestFailed);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package build.steading.notify;

import build.steading.build.MemoryBuildRecords;
import build.steading.notify.Message.State;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/// Keeps messages in memory, for tests.
public final class MemoryOutbox implements Outbox {
    private final MemoryBuildRecords records;
    private final TreeMap<Long, Message> changed = new TreeMap<>();

    public MemoryOutbox(MemoryBuildRecords records) {
        this.records = records;
    }

    /// Returns all messages, the oldest first.
    public synchronized List<Message> all() {
        var messages = new ArrayList<Message>();
        for (var told : records.told()) {
            var id = messages.size() + 1L;
            var created = told.build().ended().orElseThrow();
            var fresh = new Message(id, told.build().id(), told.notice(), created, State.PENDING, 0, created, "");
            messages.add(changed.getOrDefault(id, fresh));
        }
        return messages;
    }

    private Stream<Message> unsent(Set<String> busy) {
        return all().stream()
                .filter(message -> message.state() == State.PENDING || message.state() == State.SENDING)
                .filter(message -> !busy.contains(message.notice().lane()))
                .sorted(Comparator.comparing(Message::due).thenComparingLong(Message::id));
    }

    @Override
    public synchronized List<Message> take(Instant now, Set<String> busy, int limit) {
        var lanes = new HashSet<String>();
        var taken = unsent(busy)
                .filter(message -> !message.due().isAfter(now))
                .filter(message -> lanes.add(message.notice().lane()))
                .limit(limit)
                .map(Message::sending)
                .toList();
        taken.forEach(this::save);
        return taken;
    }

    @Override
    public synchronized void save(Message message) {
        changed.put(message.id(), message);
    }

    @Override
    public synchronized Optional<Instant> nextDue(Set<String> busy) {
        return unsent(busy).map(Message::due).findFirst();
    }

    @Override
    public synchronized Summary summary(int failed) {
        var lost = all().reversed().stream()
                .filter(message -> message.state() == State.FAILED)
                .toList();
        return new Summary(
                unsent(Set.of()).count(),
                unsent(Set.of()).filter(message -> !message.error().isEmpty()).count(),
                lost.size(),
                lost.stream().limit(failed).toList());
    }
}

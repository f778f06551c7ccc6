// SPDX-License-Identifier: Apache-2.0
package build.steading.auth;

import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Keeps members in memory, for tests.
public final class MemoryMembers implements Members {
    private final Map<Identity, Member> members = new HashMap<>();

    @Override
    public synchronized List<Member> all() {
        return members.values().stream()
                .sorted(Comparator.comparing(member -> member.identity().name()))
                .toList();
    }

    @Override
    public synchronized boolean add(Member member) {
        return members.putIfAbsent(member.identity(), member) == null;
    }

    @Override
    public synchronized boolean replace(Member before, Member after) {
        var present = members.get(before.identity());
        if (present == null || !unseen(present).equals(unseen(before))) {
            return false;
        }
        members.put(after.identity(), present.seen().map(after::seenAt).orElse(after));
        return true;
    }

    @Override
    public synchronized boolean remove(Identity identity) {
        return members.remove(identity) != null;
    }

    @Override
    public synchronized void seen(Identity identity, Instant time) {
        members.computeIfPresent(identity, (_, member) -> member.seenAt(time));
    }

    private static Member unseen(Member member) {
        return member.seenAt(Instant.EPOCH);
    }
}

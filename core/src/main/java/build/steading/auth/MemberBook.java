// SPDX-License-Identifier: Apache-2.0
package build.steading.auth;

import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;

/// Who has joined, and whether they may act at the moment.
///
/// Thread-safe. All members are kept in memory, so that a call costs no question to the store.
public final class MemberBook {
    private static final System.Logger LOG = System.getLogger(MemberBook.class.getName());

    /// Calls closer together than this are not noted one by one.
    private static final Duration SEEN_STEP = Duration.ofMinutes(1);

    private final Members store;
    private final InstantSource clock;
    private final int limit;
    private final Map<Identity, Member> known = new ConcurrentHashMap<>();
    private final List<MemberListener> listeners = new CopyOnWriteArrayList<>();

    /// Held while the store and `known` change together.
    private final Object changing = new Object();

    /// What an admin may do with a member.
    public enum Change {
        DRAIN,
        /// Ends draining.
        RESUME,
        /// For good: not even a new token brings it back before it is removed.
        REVOKE,
        /// Frees the name. Certificates of the member are worthless from then on.
        REMOVE
    }

    /// @param limit how many there may be
    public MemberBook(Members store, InstantSource clock, int limit) {
        this.store = store;
        this.clock = clock;
        this.limit = limit;
        store.all().forEach(member -> known.put(member.identity(), member));
    }

    /// From now on, tells `listener` of changes.
    public void add(MemberListener listener) {
        listeners.add(listener);
    }

    /// Returns all, by role and name.
    public List<Member> all() {
        return known.values().stream()
                .sorted(Comparator.comparing(
                                (Member member) -> member.identity().role())
                        .thenComparing(member -> member.identity().name()))
                .toList();
    }

    public Optional<Member> find(Identity identity) {
        return Optional.ofNullable(known.get(identity));
    }

    /// Says whose certificate this is. That it is of the farm's authority, and that its holder has the key, must
    /// have been shown before; whether it still holds is found out here. When it begins does not count: our
    /// authority has made it, so where that lies ahead, the clock has gone back.
    public Recognition recognise(Bearer bearer) {
        if (bearer.identity().isEmpty()) {
            return new Recognition.Unknown("Certificate for `%s` is for nobody of a farm".formatted(bearer.subject()));
        }
        var who = bearer.identity().get();
        var now = clock.instant();
        if (now.isAfter(bearer.until())) {
            return new Recognition.Unknown(
                    "The certificate of %s ended at %s; %s".formatted(lower(who), bearer.until(), cure(who)));
        }
        var refusal = refusal(who, bearer.key());
        if (refusal.isPresent()) {
            return new Recognition.Unknown(refusal.get());
        }
        noteSeen(who, now);
        return new Recognition.Known(who);
    }

    /// Says why somebody is not let in; empty if he is.
    ///
    /// @param key of the certificate that was shown
    public Optional<String> refusal(Identity who, Fingerprint key) {
        var member = known.get(who);
        if (member == null) {
            return Optional.of(
                    "%s is no member of this farm: it was removed; %s".formatted(who.described(), cure(who)));
        }
        if (!member.key().equals(key)) {
            return Optional.of("%s has joined anew with another key at %s; if that was not meant, ask an admin"
                    .formatted(who.described(), member.issued()));
        }
        return member.state() == MemberState.REVOKED
                ? Optional.of(
                        "%s was revoked; ask an admin to remove it, and for a new token".formatted(who.described()))
                : Optional.empty();
    }

    /// Does what an admin wants, and tells the listeners.
    ///
    /// @throws SteadingException with `NotFound` if there is no such member, `Invalid` if it is in no state for
    ///     it
    public void change(Identity identity, Change change) {
        switch (change) {
            case DRAIN -> {
                move(identity, MemberState.ACTIVE, MemberState.DRAINING);
                listeners.forEach(listener -> listener.drained(identity, true));
            }
            case RESUME -> {
                move(identity, MemberState.DRAINING, MemberState.ACTIVE);
                listeners.forEach(listener -> listener.drained(identity, false));
            }
            case REVOKE -> {
                update(identity, member -> member.in(MemberState.REVOKED));
                tellLeft(identity);
            }
            case REMOVE -> {
                remove(identity);
                tellLeft(identity);
            }
        }
    }

    /// Stores who has joined or renewed. Returns false, and changes nothing, if `before` is not what is known
    /// now.
    ///
    /// @throws SteadingException with `Overloaded` if there are too many
    boolean store(Optional<Member> before, Member after) {
        synchronized (changing) {
            if (before.isEmpty() && known.size() >= limit) {
                throw new SteadingException(new Failure.Overloaded(
                        "There are %d members, and no more are allowed; remove some".formatted(limit),
                        Duration.ofMinutes(1)));
            }
            var stored = before.map(member -> store.replace(member, after)).orElseGet(() -> store.add(after));
            if (stored) {
                known.put(after.identity(), after);
            }
            return stored;
        }
    }

    /// Takes back a [#store] that came to nothing.
    void undo(Optional<Member> before, Member after) {
        synchronized (changing) {
            if (before.isPresent()) {
                store(Optional.of(after), before.get());
            } else {
                store.remove(after.identity());
                known.remove(after.identity());
            }
        }
    }

    /// Tells the listeners that another machine has taken the name.
    void tellLeft(Identity identity) {
        listeners.forEach(listener -> listener.left(identity));
    }

    private void move(Identity identity, MemberState from, MemberState to) {
        update(identity, member -> {
            if (member.state() != from && member.state() != to) {
                throw SteadingException.invalid(
                        "%s is %s, so this cannot be done", identity.described(), text(member.state()));
            }
            return member.in(to);
        });
    }

    private void update(Identity identity, UnaryOperator<Member> step) {
        synchronized (changing) {
            var before = find(identity).orElseThrow(() -> unknown(identity));
            if (!store(Optional.of(before), step.apply(before))) {
                throw SteadingException.invalid("%s has just been changed by somebody else", identity.described());
            }
        }
    }

    private void remove(Identity identity) {
        synchronized (changing) {
            if (!store.remove(identity)) {
                throw unknown(identity);
            }
            known.remove(identity);
        }
    }

    /// Only the call that moves the time on stores it.
    private void noteSeen(Identity who, Instant now) {
        var member = known.get(who);
        if (member == null) {
            return;
        }
        var due = member.seen().map(seen -> !now.isBefore(seen.plus(SEEN_STEP))).orElse(true);
        if (due && known.replace(who, member, member.seenAt(now))) {
            try {
                store.seen(who, now);
            } catch (SteadingException e) {
                // A full disk, for instance: nobody is kept from working by that.
                LOG.log(Level.WARNING, "When {0} was seen is not stored: {1}", lower(who), e.getMessage());
            }
        }
    }

    private static SteadingException unknown(Identity identity) {
        return SteadingException.notFound("There is no %s", lower(identity));
    }

    private static String cure(Identity who) {
        return "join again with a token that an admin makes (`steading token create %s`)"
                .formatted(who.role().text());
    }

    private static String lower(Identity who) {
        return "%s `%s`".formatted(who.role().text(), who.name());
    }

    private static String text(MemberState state) {
        return switch (state) {
            case ACTIVE -> "active";
            case DRAINING -> "draining";
            case REVOKED -> "revoked";
        };
    }
}

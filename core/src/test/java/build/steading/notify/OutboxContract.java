// SPDX-License-Identifier: Apache-2.0
package build.steading.notify;

import static build.steading.notify.Examples.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import build.steading.build.BuildId;
import build.steading.build.BuildRecords;
import build.steading.build.BuildState;
import build.steading.build.Notice;
import build.steading.build.Notice.Channel;
import build.steading.notify.Message.State;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// What every [Outbox] owes.
public abstract class OutboxContract {
    /// Returns always the same records, at first without anything in them.
    protected abstract BuildRecords records();

    /// Returns the outbox that these records fill.
    protected abstract Outbox outbox();

    private BuildId end(Instant when, Notice... notices) {
        var id =
                records().open(Examples.fresh(), Examples.request(0, "ann", "")).build();
        records().save(Examples.ended(id, BuildState.FAILED, when), List.of(), List.of(notices));
        return id;
    }

    private static Notice mail(String address) {
        return new Notice(Channel.MAIL, address, Optional.of(1L));
    }

    private static Notice hook(String name) {
        return new Notice(Channel.WEBHOOK, name, Optional.empty());
    }

    private List<Message> take() {
        return outbox().take(NOW, Set.of(), 10);
    }

    @Test
    void noticeOfASavedBuildIsDueAtOnce() {
        var build = end(NOW, mail("ann@example.org"));

        assertThat(outbox().nextDue(Set.of())).contains(NOW);
        assertThat(take()).singleElement().satisfies(message -> {
            assertThat(message.build()).isEqualTo(build);
            assertThat(message.notice()).isEqualTo(mail("ann@example.org"));
            assertThat(message.created()).isEqualTo(NOW);
            assertThat(message.state()).isEqualTo(State.SENDING);
            assertThat(message.tries()).isEqualTo(1);
        });
    }

    @Test
    void buildSavedAgainTellsNobodyTwice() {
        var build = end(NOW, mail("ann@example.org"));
        outbox().save(take().getFirst().sent());
        records()
                .save(
                        Examples.ended(build, BuildState.FAILED, NOW.plusSeconds(1)),
                        List.of(),
                        List.of(mail("Ann@Example.org"), mail("bob@example.org")));

        assertThat(outbox().take(NOW.plusSeconds(1), Set.of(), 10))
                .extracting(message -> message.notice().recipient())
                .containsExactly("bob@example.org");
    }

    @Test
    void eachLaneGivesOneMessageTheOneThatIsDueFirst() {
        end(NOW, mail("late@example.org"), hook("chat"));
        end(NOW.minusSeconds(1), mail("early@example.org"), hook("board"));

        assertThat(take())
                .extracting(message -> message.notice().recipient())
                .containsExactlyInAnyOrder("early@example.org", "board", "chat");
    }

    @Test
    void busyLaneGivesNothing() {
        end(NOW, mail("ann@example.org"), hook("chat"));
        var busy = Set.of(mail("").lane());

        assertThat(outbox().take(NOW, busy, 10)).extracting(Message::notice).containsExactly(hook("chat"));
        assertThat(outbox().nextDue(Set.of(mail("").lane(), hook("chat").lane())))
                .isEmpty();
    }

    @Test
    void noMoreIsTakenThanWasAskedFor() {
        end(NOW, hook("a"), hook("b"), hook("c"));

        assertThat(outbox().take(NOW, Set.of(), 2)).hasSize(2);
        assertThat(outbox().take(NOW, Set.of(), 0)).isEmpty();
    }

    @Test
    void messageIsNotTakenBeforeItIsDue() {
        end(NOW, mail("ann@example.org"));
        var later = NOW.plus(Duration.ofMinutes(1));
        outbox().save(take().getFirst().again(later, "Refused"));

        assertThat(outbox().take(later.minusMillis(1), Set.of(), 10)).isEmpty();
        assertThat(outbox().nextDue(Set.of())).contains(later);
        assertThat(outbox().take(later, Set.of(), 10)).singleElement().satisfies(message -> {
            assertThat(message.tries()).isEqualTo(2);
            assertThat(message.error()).isEqualTo("Refused");
        });
    }

    @Test
    void messageWhoseSendingWasCutOffIsTakenAgainUnderTheSameName() {
        end(NOW, mail("ann@example.org"));
        var first = take().getFirst();
        var second = take().getFirst();

        assertThat(second.id()).isEqualTo(first.id());
        assertThat(second.tries()).isEqualTo(2);
        assertThat(second.fingerprint()).isEqualTo(first.fingerprint()).matches("[0-9a-f]{32}");
    }

    @Test
    void sentAndFailedMessagesAreNeverTakenAgain() {
        end(NOW, mail("ann@example.org"));
        end(NOW, mail("bob@example.org"));
        outbox().save(take().getFirst().sent());
        outbox().save(take().getFirst().failed("No such mailbox"));

        assertThat(outbox().take(NOW.plus(Duration.ofDays(9)), Set.of(), 10)).isEmpty();
        assertThat(outbox().nextDue(Set.of())).isEmpty();
    }

    @Test
    void summaryCountsWhatIsUnsentAndShowsWhatFailedLast() {
        for (var name : List.of("a", "b", "c", "d")) {
            end(NOW, hook(name));
        }
        var taken = take();
        outbox().save(taken.get(0).failed("One"));
        outbox().save(taken.get(1).failed("Two"));
        outbox().save(taken.get(2).again(NOW, "Later"));

        var summary = outbox().summary(1);
        assertThat(summary.pending()).isEqualTo(2);
        assertThat(summary.late()).isEqualTo(1);
        assertThat(summary.failed()).isEqualTo(2);
        assertThat(summary.newestFailed()).extracting(Message::error).containsExactly("Two");
    }
}

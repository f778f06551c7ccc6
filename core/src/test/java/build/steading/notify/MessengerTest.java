// SPDX-License-Identifier: Apache-2.0
package build.steading.notify;

import static org.assertj.core.api.Assertions.assertThat;

import build.steading.build.BuildState;
import build.steading.build.MemoryBuildRecords;
import build.steading.build.Notice;
import build.steading.build.Notice.Channel;
import build.steading.lifecycle.ManualClock;
import build.steading.notify.Carrier.Result;
import build.steading.notify.Message.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MessengerTest {
    private final ManualClock clock = new ManualClock();
    private final MemoryBuildRecords records = new MemoryBuildRecords();
    private final MemoryOutbox outbox = new MemoryOutbox(records);
    private final BlockingQueue<Message> carried = new LinkedBlockingQueue<>();
    private final List<Messenger> messengers = new ArrayList<>();

    @AfterEach
    void close() {
        messengers.forEach(Messenger::close);
    }

    private Messenger start(Carrier mail) {
        Carrier hooks = message -> {
            carried.add(message);
            return new Result.Delivered();
        };
        var messenger =
                new Messenger(outbox, Map.of(Channel.MAIL, mail, Channel.WEBHOOK, hooks), Retries.STANDARD, clock);
        messengers.add(messenger);
        messenger.start();
        return messenger;
    }

    private Carrier answering(Result result) {
        return message -> {
            carried.add(message);
            return result;
        };
    }

    private void end(Channel channel, String... recipients) {
        var id = records.open(Examples.fresh(), Examples.request(0, "ann", "")).build();
        var notices = new ArrayList<Notice>();
        for (var recipient : recipients) {
            notices.add(new Notice(channel, recipient, Optional.empty()));
        }
        records.save(Examples.ended(id, BuildState.FAILED, clock.instant()), List.of(), notices);
    }

    private Message next() throws InterruptedException {
        return Optional.ofNullable(carried.poll(20, TimeUnit.SECONDS)).orElseThrow();
    }

    /// Waits until what was carried is stored as well.
    private Message stored(long id, State state) throws InterruptedException {
        for (var i = 0; i < 4000; i++) {
            var message = outbox.all().get((int) id - 1);
            if (message.state() == state && message.tries() > 0) {
                return message;
            }
            TimeUnit.MILLISECONDS.sleep(5);
        }
        throw new AssertionError(outbox.all());
    }

    @Test
    void messageIsSentAsSoonAsTheMessengerIsWoken() throws Exception {
        var messenger = start(answering(new Result.Delivered()));
        end(Channel.MAIL, "ann@example.org", "bob@example.org");
        messenger.wake();

        assertThat(next().notice().recipient()).isEqualTo("ann@example.org");
        assertThat(next().notice().recipient()).isEqualTo("bob@example.org");
        stored(1, State.SENT);
        stored(2, State.SENT);
        assertThat(carried).isEmpty();
    }

    @Test
    void whatAnEarlierProcessDidNotSendIsSentAtTheStart() throws Exception {
        end(Channel.MAIL, "ann@example.org");
        start(answering(new Result.Delivered()));

        assertThat(next().tries()).isEqualTo(1);
    }

    @Test
    void messageThatWasBeingSentWhenTheProcessDiedIsSentAgain() throws Exception {
        end(Channel.MAIL, "ann@example.org");
        var cutOff = outbox.take(clock.instant(), Set.of(), 1).getFirst();
        start(answering(new Result.Delivered()));

        assertThat(next().fingerprint()).isEqualTo(cutOff.fingerprint());
        stored(1, State.SENT);
    }

    @Test
    void messageThatCannotBeSentNowIsTriedAgainLater() throws Exception {
        end(Channel.MAIL, "ann@example.org");
        var messenger = start(answering(new Result.NotNow("Nobody listens")));
        next();
        var waiting = stored(1, State.PENDING);
        assertThat(waiting.error()).isEqualTo("Nobody listens");
        assertThat(waiting.due()).isEqualTo(clock.instant().plusSeconds(10));

        clock.advance(Duration.ofSeconds(10));
        messenger.wake();
        assertThat(next().tries()).isEqualTo(2);
    }

    @Test
    void messageIsGivenUpAfterTwoDays() throws Exception {
        end(Channel.MAIL, "ann@example.org");
        clock.advance(Duration.ofDays(2));
        start(answering(new Result.NotNow("Nobody listens")));

        assertThat(stored(1, State.FAILED).error()).isEqualTo("Given up at try 1: Nobody listens");
    }

    @Test
    void refusedMessageIsNotTriedAgain() throws Exception {
        end(Channel.MAIL, "ann@example.org");
        start(answering(new Result.Refused("No such mailbox")));

        assertThat(stored(1, State.FAILED).error()).isEqualTo("No such mailbox");
    }

    @Test
    void bugOfACarrierIsAFailureLikeOthers() throws Exception {
        end(Channel.MAIL, "ann@example.org");
        start(message -> {
            carried.add(message);
            throw new IllegalStateException("Oops");
        });
        next();

        assertThat(stored(1, State.PENDING).error()).contains("bug", "Oops");
    }

    @Test
    void slowLaneHoldsUpNoOther() throws Exception {
        var hanging = new CountDownLatch(1);
        end(Channel.MAIL, "ann@example.org", "bob@example.org");
        end(Channel.WEBHOOK, "chat");
        start(message -> {
            hanging.await();
            carried.add(message);
            return new Result.Delivered();
        });

        assertThat(next().notice().recipient()).isEqualTo("chat");
        hanging.countDown();
        assertThat(next().notice().recipient()).isEqualTo("ann@example.org");
        assertThat(next().notice().recipient()).isEqualTo("bob@example.org");
    }

    @Test
    void channelWithoutCarrierSaysSo() throws Exception {
        end(Channel.MAIL, "ann@example.org");
        var messenger = new Messenger(outbox, Map.of(), Retries.STANDARD, clock);
        messengers.add(messenger);
        messenger.start();

        for (var i = 0; i < 4000 && outbox.summary(1).late() == 0; i++) {
            TimeUnit.MILLISECONDS.sleep(5);
        }
        assertThat(outbox.all().getFirst().error()).contains("`mail`");
    }
}

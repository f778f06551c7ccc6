// SPDX-License-Identifier: Apache-2.0
package build.steading.notify;

import build.steading.build.Notice.Channel;
import build.steading.failure.SteadingException;
import build.steading.notify.Carrier.Result;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// Sends what the outbox has: in each lane one message at a time, as soon as it is due, and again later if that
/// did not work.
///
/// A message is marked before it is sent and after. A process that dies in between leaves it marked as being
/// sent, and the next one sends it again: the receiver can tell by its [Message#fingerprint]. Thread-safe.
public final class Messenger implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Messenger.class.getName());
    private static final int MAX_LANES = 32;
    private static final Duration LONGEST_SLEEP = Duration.ofMinutes(1);
    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(10);
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final int MAX_ERROR_CHARACTERS = 500;

    private final Outbox outbox;
    private final Map<Channel, Carrier> carriers;
    private final Retries retries;
    private final InstantSource clock;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Thread dispatcher = Thread.ofVirtual().name("messenger").unstarted(this::dispatch);

    @GuardedBy("this")
    private final Set<String> busy = new HashSet<>();

    private final Semaphore news = new Semaphore(0);

    /// @param carriers of a channel that has none, messages wait until they are given up
    public Messenger(Outbox outbox, Map<Channel, Carrier> carriers, Retries retries, InstantSource clock) {
        this.outbox = outbox;
        this.carriers = Map.copyOf(carriers);
        this.retries = retries;
        this.clock = clock;
    }

    /// Begins to send, also what an earlier process did not.
    public void start() {
        dispatcher.start();
    }

    private void dispatch() {
        try {
            while (true) {
                sleep(sendDue());
            }
        } catch (InterruptedException _) {
            // close() interrupts. What is unsent stays in the outbox.
        }
    }

    /// Looks into the outbox at once. Does not block.
    public void wake() {
        news.release();
    }

    /// Begins to send what is due now.
    ///
    /// @return how long there is nothing to do
    private Duration sendDue() {
        try {
            var now = clock.instant();
            var lanes = busyLanes();
            if (lanes.size() >= MAX_LANES) {
                return LONGEST_SLEEP;
            }
            for (var message : outbox.take(now, lanes, MAX_LANES - lanes.size())) {
                occupy(message.notice().lane());
                threads.execute(() -> send(message));
            }
            return outbox.nextDue(busyLanes())
                    .map(due -> Duration.between(now, due))
                    .orElse(LONGEST_SLEEP);
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "The outbox does not answer", e);
            return PAUSE_AFTER_FAILURE;
        }
    }

    private void sleep(Duration duration) throws InterruptedException {
        var millis = Math.clamp(duration.toMillis() + 1, 1, LONGEST_SLEEP.toMillis());
        if (news.tryAcquire(millis, TimeUnit.MILLISECONDS)) {
            news.drainPermits();
        }
    }

    private synchronized Set<String> busyLanes() {
        return Set.copyOf(busy);
    }

    private synchronized void occupy(String lane) {
        busy.add(lane);
    }

    private synchronized void free(String lane) {
        busy.remove(lane);
    }

    private void send(Message message) {
        Thread.currentThread().setName("message-" + message.id());
        try {
            outbox.save(after(carry(message), message, clock.instant()));
        } catch (InterruptedException _) {
            // close() interrupts. The next process sends it again.
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "What became of message %d is not stored".formatted(message.id()), e);
        } finally {
            free(message.notice().lane());
            wake();
        }
    }

    private Result carry(Message message) throws InterruptedException {
        var channel = message.notice().channel();
        var carrier = carriers.get(channel);
        if (carrier == null) {
            return new Result.NotNow(
                    switch (channel) {
                        case MAIL -> "The server's configuration has no `mail`";
                        case WEBHOOK -> "The server's configuration has no `hooks`";
                    });
        }
        try {
            return carrier.carry(message);
        } catch (SteadingException e) {
            return new Result.NotNow(e.failure().message());
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "Message " + message.id(), e);
            return new Result.NotNow("Steading has a bug: " + e);
        }
    }

    private Message after(Result result, Message message, Instant now) {
        return switch (result) {
            case Result.Delivered _ -> message.sent();
            case Result.Refused(var why) -> givenUp(message, why);
            case Result.NotNow(var why) ->
                retries.next(message.created(), message.tries(), now)
                        .map(next -> message.again(next, cut(why)))
                        .orElseGet(() -> givenUp(message, "Given up at try %d: %s".formatted(message.tries(), why)));
        };
    }

    private static Message givenUp(Message message, String why) {
        LOG.log(
                Level.WARNING,
                "`{0}` is not told how build {1} ended: {2}",
                message.notice().recipient(),
                message.build(),
                why);
        return message.failed(cut(why));
    }

    private static String cut(String why) {
        return why.length() > MAX_ERROR_CHARACTERS ? why.substring(0, MAX_ERROR_CHARACTERS) + "…" : why;
    }

    /// Sends no more. What is being sent now is given a little time; past that it is cut off, and sent again by
    /// the next process.
    @Override
    public void close() {
        dispatcher.interrupt();
        try {
            dispatcher.join();
            threads.shutdown();
            if (!threads.awaitTermination(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                threads.shutdownNow();
            }
        } catch (InterruptedException _) {
            threads.shutdownNow();
            Thread.currentThread().interrupt();
        }
        threads.close();
    }
}

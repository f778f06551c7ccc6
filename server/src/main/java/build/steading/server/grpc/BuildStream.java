// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import build.steading.api.v1.BuildEvent;
import build.steading.api.v1.BuildNews;
import build.steading.blob.BlobStore;
import build.steading.build.BuildDesk;
import build.steading.build.BuildId;
import build.steading.build.BuildMessages;
import build.steading.build.BuildObserver;
import build.steading.build.BuildRecord;
import build.steading.build.RequestRecord;
import build.steading.build.Subscription;
import build.steading.build.TaskRecord;
import build.steading.build.TaskState;
import build.steading.failure.SteadingException;
import build.steading.log.LogPosition;
import build.steading.log.LogRecord;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;

/// One client's stream of news about a build. News leave at once while the client reads, and together when he is
/// slow.
///
/// Nobody waits for a slow client, and he costs no more than `MAX_WAITING_BYTES` and `MAX_WAITING_EVENTS`. Output
/// beyond that is not kept here but read again: from what the farm has of a running task, as long as that is
/// little, and from the stored log when the task has ended. Who misses even states is cut off, and asks again.
///
/// Thread-safe: one lock makes messages leave one at a time and in order. Nothing blocks while it is held, and
/// nobody is called but gRPC.
final class BuildStream implements BuildObserver {
    /// How much output waits for a client.
    private static final int MAX_WAITING_BYTES = 4 << 20;

    private static final int MAX_WAITING_EVENTS = 50_000;

    /// How long a message becomes before the next begins.
    private static final int MESSAGE_BYTES = 128 << 10;

    /// Up to this size the log of a running task is read again from its beginning.
    private static final long MAX_AGAIN_BYTES = 32 << 20;

    private final ServerCallStreamObserver<BuildNews> response;
    private final Tools tools;
    private final String onlyTask;
    private final boolean fromStart;

    @GuardedBy("this")
    private final OutputMarks marks;

    @GuardedBy("this")
    private final Deque<Item> waiting = new ArrayDeque<>();

    @GuardedBy("this")
    private final Set<String> behind = new LinkedHashSet<>();

    /// Where each task stood when the farm was last asked to tell it again: once more only helps if it got
    /// further.
    @GuardedBy("this")
    private final Map<String, LogPosition> retold = new HashMap<>();

    @GuardedBy("this")
    private final List<Subscription> subscriptions = new ArrayList<>();

    @GuardedBy("this")
    private long waitingBytes;

    @GuardedBy("this")
    private Optional<BuildId> begun = Optional.empty();

    @GuardedBy("this")
    private boolean busy;

    @GuardedBy("this")
    private boolean ended;

    /// What streams are fed from.
    ///
    /// @param threads for what may block
    record Tools(BuildDesk desk, BlobStore blobs, Executor threads) {}

    /// What waits for the client to read on.
    private sealed interface Item {
        record News(BuildEvent event, int outputBytes) implements Item {}

        /// The rest of a stored log.
        record Rest(TaskRecord task, LogPosition seen) implements Item {}

        /// After this there is nothing.
        record End() implements Item {}
    }

    /// @param marks what the client has seen
    /// @param fromStart whether he wants to see what he has not seen of what is past
    /// @param onlyTask whose output is wanted; empty for all
    BuildStream(
            ServerCallStreamObserver<BuildNews> response,
            Tools tools,
            OutputMarks marks,
            boolean fromStart,
            String onlyTask) {
        this.response = response;
        this.tools = tools;
        this.marks = marks;
        this.fromStart = fromStart;
        this.onlyTask = onlyTask;
        response.setOnReadyHandler(this::proceed);
        response.setOnCancelHandler(this::cancel);
    }

    /// Lets news leave: those that came before wait for this.
    ///
    /// @param request goes before all else, alone
    void begin(BuildId build, Optional<RequestRecord> request, Subscription subscription) {
        boolean late;
        synchronized (this) {
            request.ifPresent(stored -> send(BuildNews.newBuilder().addEvents(event(stored))));
            subscriptions.add(subscription);
            late = ended;
        }
        if (late) {
            cancel();
        }
        catchUp(build);
        synchronized (this) {
            begun = Optional.of(build);
        }
        add(BuildEvent.newBuilder().setCaughtUp(true));
    }

    @Override
    public synchronized void request(RequestRecord request) {
        add(event(request));
    }

    @Override
    public synchronized void build(BuildRecord build) {
        for (var task : build.tasks()) {
            noteEnd(task);
            if (fromStart && task.state() == TaskState.RUNNING && isWanted(task.name())) {
                behind.add(task.name());
            }
        }
        add(BuildEvent.newBuilder().setBuild(BuildMessages.toProto(build)));
    }

    @Override
    public synchronized void task(TaskRecord task) {
        noteEnd(task);
        add(BuildEvent.newBuilder().setTask(BuildMessages.toProto(task)));
    }

    @Override
    public synchronized void output(TaskRecord task, LogPosition at, LogRecord entry) {
        output(task.name(), at, entry);
    }

    @Override
    public synchronized void ended(BuildRecord build) {
        build.tasks().forEach(this::noteEnd);
        add(BuildEvent.newBuilder().setEnded(BuildMessages.toProto(build)));
        waiting.add(new Item.End());
        proceed();
    }

    private synchronized void output(String task, LogPosition at, LogRecord entry) {
        if (ended || !isWanted(task)) {
            return;
        }
        if (waitingBytes > MAX_WAITING_BYTES) {
            marks.miss(task, at);
            noteBehind(task, at);
        } else if (marks.accept(task, at, entry)) {
            var event = BuildMessages.output(task, at, entry);
            var bytes = event.getSerializedSize();
            waitingBytes += bytes;
            waiting.add(new Item.News(event, bytes));
            proceed();
        } else if (marks.isAhead(task, at)) {
            noteBehind(task, at);
        }
    }

    @GuardedBy("this")
    private void noteBehind(String task, LogPosition at) {
        if (at.offset() <= MAX_AGAIN_BYTES) {
            behind.add(task);
        } else {
            behind.remove(task);
        }
    }

    @GuardedBy("this")
    private void noteEnd(TaskRecord task) {
        if (task.state().isFinal() && isWanted(task.name())) {
            behind.remove(task.name());
            marks.rest(task).ifPresent(seen -> waiting.add(new Item.Rest(task, seen)));
        }
    }

    private boolean isWanted(String task) {
        return onlyTask.isEmpty() || onlyTask.equals(task);
    }

    private synchronized void add(BuildEvent.Builder event) {
        if (ended) {
            return;
        }
        waiting.add(new Item.News(event.build(), 0));
        if (waiting.size() > MAX_WAITING_EVENTS) {
            close();
            tools.threads().execute(this::cancel);
            response.onError(Status.ABORTED
                    .withDescription("The client reads too slowly: it may ask again")
                    .asRuntimeException());
            return;
        }
        proceed();
    }

    private static BuildEvent.Builder event(RequestRecord request) {
        return BuildEvent.newBuilder().setRequest(BuildMessages.toProto(request));
    }

    /// Sends what the client takes.
    private synchronized void proceed() {
        notifyAll();
        while (begun.isPresent() && !ended && !busy && response.isReady()) {
            switch (waiting.peek()) {
                case null -> {
                    if (behind.isEmpty()) {
                        return;
                    }
                    var build = begun.get();
                    work(() -> catchUp(build));
                }
                case Item.Rest(var task, var seen) -> {
                    waiting.remove();
                    work(() -> tellRest(task, seen));
                }
                case Item.News _ -> send(batch());
                case Item.End _ -> {
                    close();
                    response.onCompleted();
                }
            }
        }
    }

    /// Has something done by a thread that may block. Nothing else leaves meanwhile.
    @GuardedBy("this")
    private void work(Runnable blocking) {
        busy = true;
        tools.threads().execute(() -> {
            try {
                blocking.run();
            } finally {
                synchronized (this) {
                    busy = false;
                    proceed();
                }
            }
        });
    }

    @GuardedBy("this")
    private BuildNews.Builder batch() {
        var batch = BuildNews.newBuilder();
        var bytes = 0;
        while (bytes < MESSAGE_BYTES && waiting.peek() instanceof Item.News(var event, var outputBytes)) {
            waiting.remove();
            waitingBytes -= outputBytes;
            bytes += event.getSerializedSize();
            batch.addEvents(event);
        }
        return batch;
    }

    @GuardedBy("this")
    private void send(BuildNews.Builder news) {
        if (!ended) {
            response.onNext(news.build());
        }
    }

    /// Has the farm tell once more what running tasks have printed: what the client has is passed over.
    private void catchUp(BuildId build) {
        var tasks = new ArrayList<String>();
        synchronized (this) {
            for (var task : behind) {
                var position = marks.position(task);
                if (!position.equals(retold.put(task, position))) {
                    tasks.add(task);
                }
            }
            behind.clear();
        }
        for (var task : tasks) {
            var again = tools.desk().follow(build, task, new Replay((at, entry) -> output(task, at, entry)));
            synchronized (this) {
                again.ifPresent(subscriptions::add);
            }
        }
    }

    private void tellRest(TaskRecord task, LogPosition seen) {
        var news = BuildNews.newBuilder();
        var bytes = 0;
        var last = seen;
        try (var rest = LogRest.open(tools.blobs(), task, seen)) {
            for (var piece = rest.next(); piece.isPresent() && awaitReady(); piece = rest.next()) {
                last = piece.get().end();
                news.addEvents(piece.get().event(task));
                bytes += piece.get().entry().bytes().size();
                if (bytes > MESSAGE_BYTES) {
                    tell(task, last, news);
                    news.clear();
                    bytes = 0;
                }
            }
        } catch (IOException | SteadingException e) {
            news.addEvents(LogRest.apology(last, task, e).event(task));
        }
        tell(task, last, news);
    }

    private synchronized void tell(TaskRecord task, LogPosition end, BuildNews.Builder news) {
        if (news.getEventsCount() > 0) {
            send(news);
        }
        marks.told(task.name(), end);
    }

    /// Returns whether the client is there to be told more.
    private synchronized boolean awaitReady() {
        try {
            while (!ended && !response.isReady()) {
                wait();
            }
            return !ended;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void cancel() {
        List<Subscription> left;
        synchronized (this) {
            close();
            notifyAll();
            left = List.copyOf(subscriptions);
            subscriptions.clear();
        }
        left.forEach(Subscription::close);
    }

    @GuardedBy("this")
    private void close() {
        ended = true;
        waiting.clear();
        waitingBytes = 0;
        behind.clear();
    }
}

// SPDX-License-Identifier: Apache-2.0
package build.steading.build;

import static java.util.stream.Collectors.groupingBy;

import build.steading.blob.BlobStore;
import build.steading.build.BuildRecords.Query;
import build.steading.execute.ActionExecutor;
import build.steading.execute.ExecutionObserver;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.project.EmailAddress;
import build.steading.tree.Trees;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;

/// Takes requests for builds, runs the builds, and tells what became of them. Equal requests share one build;
/// what the process did not finish before it died, the next one does.
///
/// Thread-safe: one lock guards the table of live builds, and nothing blocks while it is held.
public final class Builds implements BuildDesk, BuildBook, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Builds.class.getName());

    private final BuildTools tools;
    private final FinishedBuilds finished;
    private final Limits limits;
    private final Semaphore active;
    private final Turns turns;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    private final Repeats<RequestRecord> submissions = new Repeats<>();

    @GuardedBy("this")
    private final Map<BuildId, LiveBuild> live = new TreeMap<>();

    /// How much goes on at the same time.
    ///
    /// @param active how many builds run at the same time; further ones queue in order
    /// @param preparing how many tasks compute their inputs and begin at the same time
    /// @param queued how many builds may wait; further requests are refused
    /// @param pauses before further attempts at a task whose command asks for them; the last one counts for all
    ///     after it
    public record Limits(int active, int preparing, int queued, List<Duration> pauses) {
        private static final List<Duration> PAUSES =
                List.of(Duration.ofMinutes(1), Duration.ofMinutes(5), Duration.ofMinutes(15));

        public Limits {
            pauses = List.copyOf(pauses);
        }

        /// Limits with pauses of 1, 5 and 15 minutes.
        public Limits(int active, int preparing, int queued) {
            this(active, preparing, queued, PAUSES);
        }
    }

    /// What builds stand on.
    public record Ports(
            BlobStore blobs,
            ActionExecutor executor,
            Platforms platforms,
            Sources sources,
            WarmRecords warm,
            BuildRecords records,
            TaskHistory history,
            Delivery delivery,
            Telling telling) {}

    public Builds(Ports ports, Trees trees, Plans plans, Limits limits, InstantSource clock) {
        this.tools = new BuildTools(
                plans,
                new ActionMaker(ports.blobs(), trees, ports.platforms()),
                trees,
                ports.executor(),
                ports.sources(),
                ports.warm(),
                ports.records(),
                new Expectations(ports.history()),
                ports.delivery(),
                ports.telling(),
                limits.pauses(),
                threads,
                clock);
        this.finished = new FinishedBuilds(ports, trees);
        this.limits = limits;
        this.active = new Semaphore(limits.active(), true);
        this.turns = Turns.of(limits.preparing());
    }

    /// Somebody's wish, beside what is to be built.
    ///
    /// @param requester who asks, for people
    /// @param email where to tell the requester how it ended; empty for nowhere
    /// @param priority how soon it is wanted
    /// @param out where the artifacts shall appear; empty for nowhere
    /// @param range commits whose builds will do as well, the best first; empty if a build of its own is wanted
    /// @param key names the wish, so that it is one wish however often it is submitted; empty if it is submitted
    ///     once
    public record Order(
            String requester,
            Optional<String> email,
            Priority priority,
            Optional<Path> out,
            List<String> range,
            String key) {
        public Order {
            range = List.copyOf(range);
        }

        /// A wish of which nobody need be told, by somebody who waits for a build of its own, submitted once.
        public Order(String requester, Optional<Path> out) {
            this(requester, Optional.empty(), Priority.INTERACTIVE, out, List.of(), "");
        }

        public Order into(Path directory) {
            return new Order(requester, email, priority, Optional.of(directory), range, key);
        }
    }

    /// Recalls the builds that an earlier process did not finish. Before that, nobody may be let in: he would be
    /// told that they have ended, or be given a second one of the same.
    ///
    /// @return has them go on, once
    public Runnable recall() {
        var records = tools.records().builds(new Query.Unfinished());
        var ids = records.stream().map(BuildRecord::id).toList();
        var requests = tools.records().requests(ids).stream().collect(groupingBy(RequestRecord::build));
        var unfinished = new TreeMap<BuildId, LiveBuild>();
        for (var record : records) {
            unfinished.put(record.id(), new LiveBuild(record, requests.getOrDefault(record.id(), List.of())));
        }
        synchronized (this) {
            live.putAll(unfinished);
        }
        return () -> {
            LOG.log(Level.INFO, "{0} builds go on", unfinished.size());
            unfinished.values().forEach(this::start);
        };
    }

    @Override
    public Accepted submit(BuildSpec spec, Order order, BuildObserver observer) {
        var request = submit(spec, order);
        return new Accepted(request, observe(request.build(), observer));
    }

    /// Accepts a request that nobody watches. If builds of a range of commits will do, the best one that has
    /// succeeded answers it at once. Else it joins a build that is under way and will do, one that runs rather
    /// than one that queues; else it starts one.
    ///
    /// @return the stored request; if it is not open, it has been answered
    /// @throws SteadingException as the other [#submit], also if the requester's address is wrong
    public RequestRecord submit(BuildSpec spec, Order order) {
        order.email().ifPresent(EmailAddress::new);
        if (order.key().isEmpty()) {
            return accept(spec, order);
        }
        try {
            return submissions.once(
                    order.key(), () -> tools.records().request(order.key()).orElseGet(() -> accept(spec, order)));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new SteadingException(new Failure.Unavailable("Interrupted while a request was being stored"));
        }
    }

    private RequestRecord accept(BuildSpec spec, Order order) {
        var _ = tools.plans().plan(spec);
        return answer(spec, order)
                .or(() -> joinOne(spec, order))
                // What was under way may have succeeded between the first look and the second.
                .or(() -> answer(spec, order))
                .orElseGet(() -> begin(spec, order));
    }

    private Optional<RequestRecord> answer(BuildSpec spec, Order order) {
        if (order.range().isEmpty()) {
            return Optional.empty();
        }
        return finished.find(spec, order.range()).map(build -> {
            var answered = finished.answer(build, request(build.id(), spec, order));
            liveBuild(build.id()).ifPresent(ending -> ending.answeredBefore(answered));
            return answered;
        });
    }

    private Optional<RequestRecord> joinOne(BuildSpec spec, Order order) {
        return underWay(spec, order.range()).stream()
                .filter(LiveBuild::expectRequest)
                .findFirst()
                .map(equal -> join(equal, spec, order));
    }

    private RequestRecord join(LiveBuild equal, BuildSpec spec, Order order) {
        Optional<RequestRecord> stored = Optional.empty();
        try {
            var build = equal.record();
            stored = Optional.of(tools.records().open(build, request(build.id(), spec, order)));
            return stored.get();
        } finally {
            equal.join(stored);
        }
    }

    private RequestRecord request(BuildId build, BuildSpec spec, Order order) {
        return new RequestRecord(
                0,
                build,
                order.requester(),
                order.email(),
                spec.source().revision().name(),
                build.value() != 0,
                tools.clock().instant(),
                order.priority(),
                order.out(),
                RequestRecord.State.OPEN,
                "",
                order.key());
    }

    private RequestRecord begin(BuildSpec spec, Order order) {
        synchronized (this) {
            if (live.size() >= limits.queued()) {
                throw new SteadingException(new Failure.Overloaded(
                        "%d builds wait already".formatted(live.size()), Duration.ofSeconds(30)));
            }
        }
        var fresh = BuildRecord.fresh(new BuildId(0), spec, tools.clock().instant());
        var stored = tools.records().open(fresh, request(fresh.id(), spec, order));
        var build = new LiveBuild(BuildRecord.fresh(stored.build(), spec, fresh.created()), List.of(stored));
        synchronized (this) {
            live.put(stored.build(), build);
        }
        start(build);
        return stored;
    }

    /// Returns the builds that have not ended and would do, the best first.
    private synchronized List<LiveBuild> underWay(BuildSpec spec, List<String> range) {
        return live.values().stream()
                .filter(build -> build.cancelledBy().isEmpty())
                .filter(build -> build.standsInFor(spec, range))
                .sorted(Comparator.comparing(LiveBuild::isQueued))
                .toList();
    }

    private void start(LiveBuild build) {
        var id = build.record().id();
        threads.execute(() -> {
            try {
                active.acquire();
                try {
                    run(build);
                } finally {
                    active.release();
                }
            } catch (InterruptedException _) {
                // close() interrupts: the build stays unfinished in the records, and the next process goes on
                // with it.
            } finally {
                synchronized (this) {
                    live.remove(id);
                }
            }
        });
    }

    private void run(LiveBuild build) throws InterruptedException {
        var run = new BuildRun(tools, build, turns);
        try {
            run.run();
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "Build " + build.record().id(), e);
            var why = e instanceof SteadingException known ? known.failure().message() : "Steading has a bug: " + e;
            giveUp(run, build, why);
        }
    }

    private void giveUp(BuildRun run, LiveBuild build, String why) throws InterruptedException {
        try {
            run.fail(BuildState.INFRA_ERROR, why);
        } catch (SteadingException e) {
            // The end cannot be stored: whoever waits is told all the same, and the next process does the build
            // again.
            LOG.log(
                    Level.ERROR,
                    "The end of build %s is not stored".formatted(build.record().id()),
                    e);
            build.ended(build.record()
                    .ended(BuildState.INFRA_ERROR, why, tools.clock().instant(), Optional.empty()));
        }
    }

    @Override
    public Optional<BuildRecord> find(BuildId id) {
        var now = liveBuild(id).map(LiveBuild::record);
        return now.isPresent()
                ? now
                : tools.records().builds(new Query.ById(id)).stream().findFirst();
    }

    @Override
    public List<BuildRecord> recent(int limit, Optional<String> repository) {
        return tools.records().builds(new Query.Recent(limit, repository)).stream()
                .map(record -> liveBuild(record.id()).map(LiveBuild::record).orElse(record))
                .toList();
    }

    @Override
    public synchronized List<BuildRecord> underWay() {
        return live.values().stream().map(LiveBuild::record).toList();
    }

    @Override
    public List<RequestRecord> requests(BuildId id) {
        return liveBuild(id)
                .map(LiveBuild::allRequests)
                .orElseGet(() -> tools.records().requests(id));
    }

    @Override
    public Subscription observe(BuildId id, BuildObserver observer) {
        var build = liveBuild(id);
        if (build.isPresent() && build.get().add(observer)) {
            return () -> build.get().remove(observer);
        }
        var record = find(id).orElseThrow(() -> unknown(id)).requireEnd();
        requests(id).forEach(observer::request);
        observer.ended(record);
        return Subscription.NONE;
    }

    @Override
    public Optional<Following> follow(BuildId id, String task, ExecutionObserver observer) {
        return liveBuild(id).flatMap(build -> {
            var listener = new Listener(observer, () -> build.hasEnded(task));
            return build.follow(task, listener) ? Optional.of(listener) : Optional.empty();
        });
    }

    @Override
    public Causes why(BuildId id) {
        var build = liveBuild(id);
        if (build.isEmpty()) {
            var _ = find(id).orElseThrow(() -> unknown(id));
            return Causes.NONE;
        }
        var record = build.get().record();
        if (record.state() == BuildState.QUEUED) {
            return Causes.turn(id, underWay());
        }
        var needs = new HashMap<String, List<String>>();
        tools.plans().plan(record.spec()).tasks().forEach(task -> needs.put(task.id(), task.needs()));
        return Causes.of(build.get(), needs);
    }

    private static SteadingException unknown(BuildId id) {
        return SteadingException.notFound("There is no build %d", id.value());
    }

    @Override
    public boolean withdraw(BuildId id, List<Long> requests, String by) {
        return liveBuild(id)
                .map(build -> {
                    var ids = new ArrayList<>(requests);
                    if (ids.isEmpty()) {
                        build.openRequests().forEach(request -> ids.add(request.id()));
                    }
                    return build.withdraw(ids, by);
                })
                .orElse(false);
    }

    private synchronized Optional<LiveBuild> liveBuild(BuildId id) {
        return Optional.ofNullable(live.get(id));
    }

    /// Stops working. Unfinished builds stay so in the records, for the next process to go on with.
    @Override
    public void close() {
        threads.shutdownNow();
        threads.close();
    }
}

// SPDX-License-Identifier: Apache-2.0
package build.steading.server.bazel;

import build.steading.build.Accepted;
import build.steading.build.BuildBook;
import build.steading.build.BuildDesk;
import build.steading.build.BuildId;
import build.steading.build.BuildObserver;
import build.steading.build.BuildRecord;
import build.steading.build.BuildSpec;
import build.steading.build.Builds.Order;
import build.steading.build.Causes;
import build.steading.build.Following;
import build.steading.build.RequestRecord;
import build.steading.build.Subscription;
import build.steading.execute.ExecutionObserver;
import build.steading.failure.SteadingException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// The builds that Steading does, and those that it is told of while others do them. Thread-safe.
public final class AllBuilds implements BuildDesk, BuildBook {
    private final BuildDesk desk;
    private final BuildBook book;
    private final InvocationBook told;

    /// @param desk where Steading's own are asked for
    /// @param book what is known of them, and of all that have ended
    public AllBuilds(BuildDesk desk, BuildBook book, InvocationBook told) {
        this.desk = desk;
        this.book = book;
        this.told = told;
    }

    @Override
    public Accepted submit(BuildSpec spec, Order order, BuildObserver observer) {
        return desk.submit(spec, order, observer);
    }

    @Override
    public Optional<BuildRecord> find(BuildId id) {
        return told.find(id).flatMap(LiveInvocation::record).or(() -> book.find(id));
    }

    @Override
    public List<BuildRecord> recent(int limit, Optional<String> repository) {
        return book.recent(limit, repository).stream()
                .map(build ->
                        told.find(build.id()).flatMap(LiveInvocation::record).orElse(build))
                .toList();
    }

    @Override
    public List<BuildRecord> underWay() {
        return Stream.concat(
                        book.underWay().stream(),
                        told.all().stream().flatMap(invocation -> invocation.record().stream()))
                .sorted(Comparator.comparing(BuildRecord::id))
                .toList();
    }

    @Override
    public List<RequestRecord> requests(BuildId id) {
        return told.find(id).flatMap(LiveInvocation::request).map(List::of).orElseGet(() -> book.requests(id));
    }

    @Override
    public Subscription observe(BuildId id, BuildObserver observer) {
        var invocation = told.find(id);
        if (invocation.isPresent() && invocation.get().add(observer)) {
            return () -> invocation.get().remove(observer);
        }
        return desk.observe(id, observer);
    }

    @Override
    public Optional<Following> follow(BuildId id, String task, ExecutionObserver observer) {
        return desk.follow(id, task, observer);
    }

    @Override
    public Causes why(BuildId id) {
        return told.find(id).isPresent() ? Causes.NONE : desk.why(id);
    }

    /// @throws SteadingException with `Invalid` if others do the build
    @Override
    public boolean withdraw(BuildId id, List<Long> requests, String by) {
        if (told.find(id).isPresent()) {
            throw SteadingException.invalid("Build %d is done by Bazel: stop it there", id.value());
        }
        return desk.withdraw(id, requests, by);
    }
}

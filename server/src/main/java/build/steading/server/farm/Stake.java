// SPDX-License-Identifier: Apache-2.0
package build.steading.server.farm;

import build.steading.execute.Execution;
import build.steading.execute.ExecutionObserver;
import build.steading.execute.Outcome;
import build.steading.execute.Printed;
import build.steading.schedule.WaiterId;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;

/// One requester's wait for the end of an action. Thread-safe.
final class Stake implements Execution {
    private final Floor floor;
    private final WaiterId id;
    private final ExecutionObserver observer;
    private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();

    Stake(Floor floor, WaiterId id, ExecutionObserver observer) {
        this.floor = floor;
        this.id = id;
        this.observer = observer;
    }

    WaiterId id() {
        return id;
    }

    ExecutionObserver observer() {
        return observer;
    }

    void complete(Outcome end) {
        outcome.complete(end);
    }

    @Override
    public Outcome await() throws InterruptedException {
        try {
            return outcome.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public boolean follow(ExecutionObserver another) {
        var log = floor.log(id);
        return log.isPresent() && log.get().follow(another);
    }

    @Override
    public Optional<Printed> printed() {
        return floor.log(id).map(Function.identity());
    }

    @Override
    public List<String> why() {
        return floor.why(id);
    }

    @Override
    public void withdraw(String by) {
        floor.withdraw(id, by);
    }
}

// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// What workers say of themselves: that they are here, what they hold and want, that they go.
final class Attendance {
    private final Dispatcher dispatcher;
    private final Retries retries;

    Attendance(Dispatcher dispatcher, Retries retries) {
        this.dispatcher = dispatcher;
        this.retries = retries;
    }

    /// A worker joins, or says anew what it is and what it holds.
    void announce(WorkerId id, Offer offer) {
        var worker = enrol(id, offer);
        var lost = worker.leases.values().stream()
                .filter(lease -> !offer.held().containsKey(lease.id))
                .toList();
        offer.held().forEach((lease, key) -> hold(lease, key, worker));
        retries.lose(lost, "Worker `" + worker.id + "` came back without it");
        settle(id);
        dispatcher.serve(worker);
    }

    /// Keeps up a lease that the worker says it holds.
    private void hold(LeaseId id, String key, Worker worker) {
        var live = worker.leases.get(id);
        if (live != null) {
            dispatcher.renew(live);
            return;
        }
        var queued = dispatcher.executions.queued(key);
        var unwanted = queued == null && dispatcher.executions.runs(key);
        if (unwanted || dispatcher.leases.find(id) != null || !dispatcher.parked.mayGoOn(id, key, worker)) {
            dispatcher.decide(new Decision.Gone(id));
            return;
        }
        var lease = new ActiveLease(id, key, worker, dispatcher.now());
        worker.leases.put(id, lease);
        dispatcher.renew(lease);
        if (queued == null) {
            dispatcher.parked.park(lease);
        } else {
            dispatcher.adopt(lease, queued);
        }
    }

    private Worker enrol(WorkerId id, Offer offer) {
        var workers = dispatcher.fits.classOf(offer);
        var worker = dispatcher.roster.find(id);
        if (worker == null) {
            worker = new Worker(id, dispatcher.infirmary.admit(id), workers);
            dispatcher.roster.add(worker);
            dispatcher.stranded.connected(true);
        } else {
            dispatcher.fits.leave(worker, workers);
            worker.workerClass = workers;
        }
        worker.slots = offer.slots();
        worker.remark = offer.remark();
        worker.silent = false;
        workers.add(worker);
        return worker;
    }

    void leave(WorkerId id) {
        var worker = dispatcher.roster.find(id);
        if (worker != null) {
            dispatcher.fits.leave(worker, null);
            dispatcher.roster.remove(worker);
            dispatcher.stranded.connected(!dispatcher.roster.all().isEmpty());
            worker.slots = 0;
            retries.lose(List.copyOf(worker.leases.values()), "Worker `" + id + "` left");
            dispatcher.infirmary.depart(id);
        }
        settle(id);
    }

    /// These workers are about to come back after a restart of the farm.
    void restart(Set<WorkerId> expected) {
        dispatcher.restart.begin(
                expected.stream()
                        .filter(worker -> dispatcher.roster.find(worker) == null)
                        .collect(Collectors.toSet()),
                dispatcher.now());
    }

    private void settle(WorkerId worker) {
        if (dispatcher.restart.settle(worker)) {
            dispatcher.serveAll();
        }
    }

    /// So many slots more, or less, ask for work.
    void poll(WorkerId id, int slots) {
        var worker = dispatcher.roster.find(id);
        if (worker != null) {
            worker.polls = Math.max(0, worker.polls + slots);
            worker.silent = worker.silent && slots < 0;
            dispatcher.serve(worker);
        }
    }

    void renew(WorkerId id, Set<LeaseId> held) {
        var worker = dispatcher.roster.find(id);
        for (var each : held) {
            var lease = worker == null ? null : worker.leases.get(each);
            if (lease == null) {
                dispatcher.decide(new Decision.Gone(each));
            } else {
                dispatcher.renew(lease);
            }
        }
        if (worker != null) {
            worker.silent = false;
            dispatcher.serve(worker);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

import static build.steading.schedule.ScriptedFarm.ANN;
import static build.steading.schedule.ScriptedFarm.BOB;
import static build.steading.schedule.ScriptedFarm.CAT;
import static build.steading.schedule.ScriptedFarm.LINUX;
import static build.steading.schedule.ScriptedFarm.WINDOWS;
import static build.steading.schedule.ScriptedFarm.assigned;
import static build.steading.schedule.ScriptedFarm.job;
import static build.steading.schedule.ScriptedFarm.requiring;
import static org.assertj.core.api.Assertions.assertThat;

import build.steading.platform.Policy;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/// What workers get, and what is said when they get nothing.
class SchedulerWorkersTest {
    private static final Duration TTL = Limits.STANDARD.leaseTtl();
    private final ScriptedFarm farm = new ScriptedFarm();

    @Nested
    class Workers {
        @Test
        void getNothingUnasked() {
            farm.announce(ANN);
            farm.submit(job("a"));
            assertThat(farm.scheduler.snapshot().running()).isZero();

            farm.poll(CAT);
            assertThat(farm.scheduler.snapshot().running()).isZero();
        }

        @Test
        void getNothingMoreOnceTheyStoppedAsking() {
            farm.join(ANN);
            farm.apply(new Event.PollEnded(ANN));
            farm.apply(new Event.PollEnded(ANN));

            assertThat(farm.submit(job("a"))).hasOnlyElementsOfTypes(Decision.Accepted.class, Decision.Queued.class);
            assertThat(farm.poll(ANN)).hasSize(1);
        }

        @Test
        void getOneActionForEachSlotThatAsks() {
            farm.announce(ANN, LINUX, 2);
            farm.poll(ANN);
            farm.poll(ANN);
            farm.poll(ANN);
            var first = assigned(farm.submit(job("a")));
            assigned(farm.submit(job("b")));

            assertThat(farm.submit(job("c"))).hasOnlyElementsOfTypes(Decision.Accepted.class, Decision.Queued.class);
            assertThat(farm.done(first.lease())).hasSize(2);
        }

        @Test
        void drainWithoutSlots() {
            farm.announce(ANN);
            farm.poll(ANN);
            var running = assigned(farm.submit(job("a")));
            farm.poll(ANN);
            farm.announce(ANN, LINUX, 0, running.lease());
            var waiting = farm.queue(job("b"));

            assertThat(farm.done(running.lease())).hasSize(1);
            assertThat(farm.why(waiting)).isEqualTo("Worker `ann` takes no new work");
            assertThat(assigned(farm.announce(ANN)).execution()).isEqualTo(waiting);
        }

        @Test
        void loseWhatTheyNoLongerHoldWhenTheyComeBack() {
            farm.announce(ANN, LINUX, 2);
            farm.poll(ANN);
            farm.poll(ANN);
            var kept = assigned(farm.submit(job("a")));
            var lost = assigned(farm.submit(job("b")));
            var unknown = new LeaseId(7777);

            assertThat(farm.announce(ANN, LINUX, 2, kept.lease(), unknown))
                    .containsExactly(
                            new Decision.Gone(unknown),
                            new Decision.Revoked(lost.lease(), ANN, "Worker `ann` came back without it"),
                            farm.requeued(lost.execution(), Fault.WORKER_LOST, "Worker `ann` came back without it", 2));
            assertThat(farm.done(kept.lease())).hasSize(1);
        }

        @Test
        void getNothingWhileTheyAreSilent() {
            farm.announce(ANN, LINUX, 2);
            farm.poll(ANN);
            farm.submit(job("a"));
            farm.poll(ANN);
            farm.tick(TTL);
            var waiting = farm.queue(job("b"));

            assertThat(farm.why(waiting)).startsWith("Worker `ann` is silent");
            assertThat(assigned(farm.renew(ANN)).execution()).isEqualTo(waiting);
        }

        @Test
        void maySayThatTheyChanged() {
            farm.join(ANN);
            var waiting = farm.queue(requiring("a", "os == 'windows'"));

            assertThat(assigned(farm.announce(ANN, WINDOWS, 1)).execution()).isEqualTo(waiting);
        }

        @Test
        void areListedWithWhatTheyDo() {
            farm.announce(ANN, LINUX, 3);
            farm.poll(ANN);
            farm.poll(ANN);
            var running = assigned(farm.submit(job("a")));
            farm.submit(requiring("b", "os == 'windows'"));

            var attempt = new Snapshot.Attempt(
                    running.lease(), running.execution(), "a", "tenant", "", Instant.parse("2026-01-01T00:00:00Z"));
            var well = new Snapshot.Health(0.5, false, "", Optional.empty());
            assertThat(farm.scheduler.snapshot())
                    .isEqualTo(new Snapshot(
                            List.of(new Snapshot.WorkerStatus(
                                    ANN, LINUX, Policy.ANYTHING, 3, "", 1, false, well, 0, List.of(attempt))),
                            1,
                            1,
                            0));
        }
    }

    @Nested
    class Why {
        @Test
        void nobodyIsConnected() {
            assertThat(farm.why(farm.queue(job("a")))).isEqualTo("No worker is connected");
        }

        @Test
        void allThatFitAreBusy() {
            farm.announce(ANN);
            farm.announce(BOB);
            farm.announce(CAT, WINDOWS, 1);

            assertThat(farm.submit(requiring("a", "os == 'linux'")))
                    .contains(
                            new Decision.Queued(new ExecutionId(ScriptedFarm.FIRST_ID), "2 workers that fit are busy"));
        }

        @Test
        void noWorkerFitsNamesEachReasonOnce() {
            farm.announce(ANN);
            farm.announce(BOB);
            farm.announce(CAT, WINDOWS, 1);

            assertThat(farm.scheduler.why(farm.queue(requiring("a", "os == 'plan9'"))))
                    .containsExactly(
                            "No worker fits: `os` is `linux`, `os == \"plan9\"` is required (2 workers)",
                            "No worker fits: `os` is `windows`, `os == \"plan9\"` is required (1 worker)",
                            "Gives up in 10 min if no worker comes that fits");
        }

        @Test
        void isEmptyForWhatRunsAndForWhatEnded() {
            farm.join(ANN);
            var running = assigned(farm.submit(job("a")));

            assertThat(farm.scheduler.why(running.execution())).isEmpty();
            farm.done(running.lease());
            assertThat(farm.scheduler.why(running.execution())).isEmpty();
        }
    }
}

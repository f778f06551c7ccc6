// SPDX-License-Identifier: Apache-2.0
package build.steading.worker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import build.steading.execute.Lease;
import build.steading.execute.Outcome;
import build.steading.execute.WorkSource;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.schedule.LeaseId;
import build.steading.schedule.Offer;
import build.steading.schedule.WorkerId;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AttemptLogTest {
    private static final LeaseId LEASE = new LeaseId(1);

    @TempDir
    Path directory;

    private final ForgetfulFarm farm = new ForgetfulFarm();
    private final AtomicInteger gone = new AtomicInteger();
    private AttemptLog log;

    @BeforeEach
    void open() {
        log = new AttemptLog(directory.resolve("log"), 1 << 20, farm, LEASE, gone::incrementAndGet);
    }

    @AfterEach
    void close() {
        log.close();
    }

    private void print(String text) {
        var bytes = text.getBytes(UTF_8);
        log.accept(1, 0, bytes, bytes.length);
        log.pause();
    }

    @Test
    void whatIsPrintedGoesOnAtAPause() {
        print("one ");
        print("two");

        assertThat(farm.text()).isEqualTo("one two");
    }

    @Test
    void whatTheFarmHasLostGoesAgain() {
        print("one ");
        farm.forget();
        print("two");

        assertThat(farm.text()).isEqualTo("one two");
    }

    @Test
    void whatTheFarmHasLostGoesAgainThoughNothingMoreIsPrinted() {
        print("one");
        farm.forget();

        assertThat(log.catchUp()).isTrue();
        assertThat(farm.text()).isEqualTo("one");
    }

    @Test
    void whatFoundTheWayBlockedGoesLater() {
        farm.blocked = true;
        print("one");
        assertThat(log.catchUp()).isFalse();
        farm.blocked = false;

        assertThat(log.catchUp()).isTrue();
        assertThat(farm.text()).isEqualTo("one");
    }

    @Test
    void everythingGoesBeforeTheEnd() throws Exception {
        farm.blocked = true;
        print("one");
        log.finish();
        assertThat(log.passAll(false)).isFalse();
        farm.blocked = false;

        assertThat(log.passAll(false)).isTrue();
        assertThat(farm.text()).isEqualTo("one");
    }

    @Test
    void farmThatAlwaysForgetsIsLeftAloneForAWhile() {
        farm.forgetful = true;
        print("one");

        assertThat(log.catchUp()).isFalse();
    }

    @Test
    void goneLeaseIsToldAndTakesNoLog() throws Exception {
        farm.gone = true;
        print("one");

        assertThat(gone).hasValue(1);
        assertThat(log.passAll(true)).isTrue();
    }

    @Test
    void closedLogIsLeftAlone() {
        print("one");
        log.close();
        farm.forget();

        assertThat(log.catchUp()).isTrue();
        assertThat(farm.text()).isEmpty();
    }

    /// Keeps a log, or not.
    private static final class ForgetfulFarm implements WorkSource {
        private final ByteArrayOutputStream known = new ByteArrayOutputStream();
        boolean blocked;
        boolean forgetful;
        boolean gone;

        void forget() {
            known.reset();
        }

        String text() {
            return QueueSource.text(known.toByteArray());
        }

        @Override
        public long append(LeaseId lease, long offset, byte[] records) {
            if (blocked) {
                throw new SteadingException(new Failure.Unavailable("Blocked"));
            }
            if (gone) {
                throw new SteadingException(new Failure.NotFound("Gone"));
            }
            if (offset <= known.size() && !forgetful) {
                known.write(records, 0, records.length);
            }
            return known.size();
        }

        @Override
        public Duration announce(WorkerId worker, Offer offer) {
            throw new AssertionError("Nobody should ask");
        }

        @Override
        public Optional<Lease> take(WorkerId worker, Duration patience) {
            throw new AssertionError("Nobody should ask");
        }

        @Override
        public Set<LeaseId> renew(WorkerId worker, Set<LeaseId> held) {
            throw new AssertionError("Nobody should ask");
        }

        @Override
        public void finish(LeaseId lease, Outcome outcome) {
            throw new AssertionError("Nobody should ask");
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package build.steading.worker;

import build.steading.lifecycle.BackgroundJob;
import build.steading.platform.Properties;
import build.steading.schedule.Offer;
import build.steading.worker.host.Readings;
import build.steading.worker.terms.Availability;
import build.steading.worker.terms.Availability.Now;
import build.steading.worker.terms.Terms;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/// What the worker says of itself to the farm, and when it must say it anew. Thread-safe.
///
/// Some properties take a while to find out. They are looked for beside the work, and said when they are known;
/// from time to time they are looked for again, as an owner installs programs without telling.
final class Presence implements AutoCloseable {
    private static final Duration LOOK_AGAIN = Duration.ofMinutes(10);

    /// A remark such as the load changes all the time, and nobody decides by it.
    private static final Duration REMARKS_APART = Duration.ofMinutes(1);

    private final Terms terms;
    private final int slots;
    private final Readings readings;
    private final Activity activity;
    private final Openings openings;
    private final BackgroundJob search;

    @GuardedBy("this")
    private final Availability availability;

    @GuardedBy("this")
    private Properties properties;

    @GuardedBy("this")
    private Offer said;

    @GuardedBy("this")
    private Instant saidAt = Instant.MIN;

    @GuardedBy("this")
    private Instant searchedAt = Instant.MIN;

    /// @param known the properties that are known at once
    /// @param search finds all properties; it ends soon after its thread is interrupted
    Presence(WorkerConfig config, Readings readings, Activity activity, Properties known, Supplier<Properties> search) {
        this.terms = config.terms();
        this.slots = config.slots();
        this.readings = readings;
        this.activity = activity;
        this.openings = new Openings(slots);
        this.availability = new Availability(terms, slots);
        this.properties = complete(known);
        this.said = Offer.of(properties, 0);
        this.search = new BackgroundJob("worker-probe", () -> set(search.get()));
    }

    private Properties complete(Properties detected) {
        var values = new HashMap<String, Object>(detected.values());
        values.putAll(terms.properties().values());
        return new Properties(values);
    }

    private synchronized void set(Properties detected) {
        properties = complete(detected);
    }

    synchronized Properties properties() {
        return properties;
    }

    Openings openings() {
        return openings;
    }

    /// Looks at the machine, lets as many slots work as it has room for, and returns what to say to the farm,
    /// which is the same as long as nothing has changed that the farm goes by.
    ///
    /// @param leaving whether the worker takes no more work, whatever it has room for
    synchronized Offer offer(boolean leaving) {
        searchNowAndThen();
        var now = look(leaving);
        var offer = new Offer(properties, terms.policy(), now.slots(), now.remark(), Map.of());
        var time = readings.now().toInstant();
        if (!differsInRemark(offer) || time.isAfter(saidAt.plus(REMARKS_APART))) {
            said = offer;
            saidAt = time;
        }
        return said;
    }

    /// Returns what was said last.
    synchronized Offer said() {
        return said;
    }

    @GuardedBy("this")
    private boolean differsInRemark(Offer offer) {
        return offer.slots() == said.slots()
                && offer.properties().equals(said.properties())
                && !offer.remark().equals(said.remark());
    }

    @GuardedBy("this")
    private Now look(boolean leaving) {
        if (leaving) {
            return new Now(0, "it is being stopped");
        }
        if (!availability.varies()) {
            return new Now(slots, "");
        }
        var now = availability.now(readings, activity.use());
        openings.setOpen(now.slots());
        return now;
    }

    @GuardedBy("this")
    private void searchNowAndThen() {
        var now = readings.now().toInstant();
        if (now.isAfter(searchedAt.plus(LOOK_AGAIN))) {
            searchedAt = now;
            search.request();
        }
    }

    @Override
    public void close() {
        search.close();
    }
}

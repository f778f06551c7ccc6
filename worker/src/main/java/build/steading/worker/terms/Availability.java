// SPDX-License-Identifier: Apache-2.0
package build.steading.worker.terms;

import build.steading.failure.ByteSize;
import build.steading.worker.host.Readings;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Decides how many actions a machine may run at the moment, by the terms of its owner. Actions that run are
/// never disturbed: with 0 slots, no new ones are taken.
///
/// What gives way does so at once, and comes back only when there is clearly room again: the load must fall below
/// three quarters of its limit, and the free space rise above its floor by a tenth. Not thread-safe.
public final class Availability {
    private final Terms terms;
    private final int slots;
    private boolean loaded;
    private boolean full;

    /// @param slots how many actions the machine runs at the same time if nothing is in the way
    public Availability(Terms terms, int slots) {
        this.terms = terms;
        this.slots = slots;
    }

    /// How much a machine can do now.
    ///
    /// @param slots how many actions, with those that run already
    /// @param remark why there are fewer than usual, for people; empty if there are not
    public record Now(int slots, String remark) {}

    /// What actions use that run already.
    ///
    /// @param actions how many there are
    /// @param memoryBytes what they may use together
    public record Use(int actions, long memoryBytes) {}

    /// Returns whether anything can be in the way, so that it makes sense to ask more than once.
    public boolean varies() {
        return terms.memoryBytes().isPresent()
                || !terms.hours().equals(Hours.ALWAYS)
                || terms.maxLoad().isPresent()
                || !terms.onBattery()
                || terms.diskFloorBytes() > 0;
    }

    public Now now(Readings readings, Use use) {
        var obstacles = obstacles(readings);
        return obstacles.isEmpty() ? byMemory(use) : new Now(0, String.join("; ", obstacles));
    }

    private List<String> obstacles(Readings readings) {
        var obstacles = new ArrayList<String>();
        if (!terms.hours().contain(readings.now())) {
            obstacles.add("outside its hours " + terms.hours());
        }
        if (!terms.onBattery() && readings.onBattery()) {
            obstacles.add("on battery");
        }
        terms.maxLoad().ifPresent(limit -> addLoad(obstacles, limit, readings.load()));
        if (terms.diskFloorBytes() > 0) {
            addDisk(obstacles, terms.diskFloorBytes(), readings.freeBytes());
        }
        return obstacles;
    }

    private void addLoad(List<String> obstacles, double limit, double load) {
        loaded = load > (loaded ? limit * 3 / 4 : limit);
        if (loaded) {
            obstacles.add(String.format(Locale.ROOT, "load %.1f of others", load));
        }
    }

    private void addDisk(List<String> obstacles, long floor, long free) {
        full = free < (full ? floor + floor / 10 : floor);
        if (full) {
            obstacles.add("disk has %s left, %s are kept free".formatted(new ByteSize(free), new ByteSize(floor)));
        }
    }

    private Now byMemory(Use use) {
        if (terms.memoryBytes().isEmpty()) {
            return new Now(slots, "");
        }
        var all = terms.memoryBytes().getAsLong();
        var share = Math.max(1, terms.shareBytes(slots));
        var more = Math.clamp((all - use.memoryBytes()) / share, 0, Math.max(0, slots - use.actions()));
        var now = use.actions() + more;
        return now >= slots
                ? new Now(slots, "")
                : new Now(
                        now, "%s of %s memory are taken".formatted(new ByteSize(use.memoryBytes()), new ByteSize(all)));
    }
}

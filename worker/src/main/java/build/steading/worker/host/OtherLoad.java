// SPDX-License-Identifier: Apache-2.0
package build.steading.worker.host;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/// Computes how many processors others keep busy, from what the kernel counts: the time that all processors were
/// busy, without the time that the farm's own processes had. The average of about the last half minute.
///
/// The load average of the system would not do: it counts what waits for a processor, so that the farm's own
/// actions, which give way, would look like a load. Not thread-safe.
final class OtherLoad {
    /// How far apart samples should be.
    static final Duration PERIOD = Duration.ofSeconds(5);

    /// How much a new sample counts.
    private static final double WEIGHT = 0.2;

    private boolean begun;
    private long busy;
    private long all;
    private long own;
    private double average;

    double average() {
        return average;
    }

    /// Takes a sample, and returns the new average; 0 after the first one.
    ///
    /// @param cpus the lines of `/proc/stat` that begin with `cpu`: first that of all processors
    /// @param ownTicks the time that the farm's processes have had, in the same unit
    double add(List<String> cpus, long ownTicks) {
        var fields = Arrays.stream(cpus.getFirst().strip().split(" +", -1))
                .skip(1)
                .mapToLong(Long::parseLong)
                .toArray();
        // user, nice, system, (idle, iowait,) irq, softirq. What other guests of a host use is not to be helped.
        var nowBusy = fields[0] + fields[1] + fields[2] + fields[5] + fields[6];
        var nowAll = nowBusy + fields[3] + fields[4];
        if (begun && nowAll > all) {
            var processors = cpus.size() - 1;
            var others = Math.max(0, nowBusy - busy - Math.max(0, ownTicks - own));
            average += WEIGHT * ((double) others * processors / (nowAll - all) - average);
        }
        begun = true;
        busy = nowBusy;
        all = nowAll;
        own = ownTicks;
        return average;
    }
}

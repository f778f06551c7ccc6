// SPDX-License-Identifier: Apache-2.0
package build.steading.worker.host;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/// Reads from `/proc` and `/sys` how a machine with Linux does. Thread-safe.
public final class LinuxReadings implements Readings {
    private final Path root;
    private final Path directory;
    private final InstantSource clock;

    @GuardedBy("this")
    private final OtherLoad load = new OtherLoad();

    @GuardedBy("this")
    private Instant sampled = Instant.MIN;

    /// @param root the root of the file system
    /// @param directory where the worker keeps its files
    public LinuxReadings(Path root, Path directory, InstantSource clock) {
        this.root = root;
        this.directory = directory;
        this.clock = clock;
    }

    @Override
    public ZonedDateTime now() {
        return clock.instant().atZone(ZoneId.systemDefault());
    }

    /// Where nothing can be read, there is no load.
    @Override
    public synchronized double load() {
        var now = clock.instant();
        if (!now.isBefore(sampled) && now.isBefore(sampled.plus(OtherLoad.PERIOD))) {
            return load.average();
        }
        sampled = now;
        try (var lines = Files.lines(root.resolve("proc/stat"))) {
            return load.add(lines.takeWhile(line -> line.startsWith("cpu")).toList(), ownTicks());
        } catch (IOException _) {
            return 0;
        }
    }

    /// Returns the time that this process and all below it have had, with those that have ended and were waited
    /// for.
    private long ownTicks() {
        var self = ProcessHandle.current();
        return Stream.concat(Stream.of(self), self.descendants())
                .flatMapToLong(process -> ticks(root.resolve("proc/" + process.pid() + "/stat")))
                .sum();
    }

    /// Returns `utime`, `stime`, `cutime` and `cstime`, which follow the eleventh space after the name.
    static LongStream ticks(Path stat) {
        try {
            var text = Files.readString(stat);
            var fields = text.substring(text.lastIndexOf(')') + 1).strip().split(" ", -1);
            return LongStream.of(
                    Long.parseLong(fields[11]),
                    Long.parseLong(fields[12]),
                    Long.parseLong(fields[13]),
                    Long.parseLong(fields[14]));
        } catch (IOException _) {
            return LongStream.empty();
        }
    }

    /// A battery of the machine discharges, and no mains are there. A mouse has a battery as well.
    @Override
    public boolean onBattery() {
        var discharging = false;
        for (var supply : supplies()) {
            var type = text(supply.resolve("type"));
            if (type.equals("Mains") && text(supply.resolve("online")).equals("1")) {
                return false;
            }
            discharging |= type.equals("Battery")
                    && !text(supply.resolve("scope")).equals("Device")
                    && text(supply.resolve("status")).equals("Discharging");
        }
        return discharging;
    }

    private List<Path> supplies() {
        var supplies = new ArrayList<Path>();
        try (var entries = Files.newDirectoryStream(root.resolve("sys/class/power_supply"))) {
            entries.forEach(supplies::add);
        } catch (IOException _) {
            // A machine without such a directory has no battery.
        }
        return supplies;
    }

    private static String text(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException _) {
            return "";
        }
    }

    /// Where it cannot be read, there is room: the action itself will say if there is not.
    @Override
    public long freeBytes() {
        try {
            return Files.getFileStore(directory).getUsableSpace();
        } catch (IOException _) {
            return Long.MAX_VALUE;
        }
    }
}

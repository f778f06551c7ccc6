// SPDX-License-Identifier: Apache-2.0
package build.steading.worker.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LinuxReadingsTest {
    @TempDir
    Path root;

    private Instant now = Instant.parse("2025-03-03T12:00:00Z");
    private final InstantSource clock = () -> now;

    private void file(String path, String content) throws IOException {
        var file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }

    private void supply(String name, String type, String property, String value) throws IOException {
        file("sys/class/power_supply/" + name + "/type", type + "\n");
        file("sys/class/power_supply/" + name + "/" + property, value + "\n");
    }

    private LinuxReadings readings() {
        return new LinuxReadings(root, root, clock);
    }

    @Test
    void machineWithoutABatteryIsNotOnIt() {
        assertThat(readings().onBattery()).isFalse();
    }

    @Test
    void laptopIsOnBatteryWhenNothingElsePowersIt() throws Exception {
        supply("BAT0", "Battery", "status", "Discharging");
        assertThat(readings().onBattery()).isTrue();
        supply("AC", "Mains", "online", "0");
        assertThat(readings().onBattery()).isTrue();
        supply("AC", "Mains", "online", "1");
        assertThat(readings().onBattery()).isFalse();
    }

    @Test
    void batteryOfAMouseDoesNotCount() throws Exception {
        supply("hid-1", "Battery", "status", "Discharging");
        supply("hid-1", "Battery", "scope", "Device");
        assertThat(readings().onBattery()).isFalse();
    }

    private static List<String> cpus(long user, long idle) {
        return List.of("cpu  " + user + " 0 0 " + idle + " 0 0 0 0 0 0", "cpu0 0 0 0 0", "cpu1 0 0 0 0");
    }

    @Test
    void loadOfOthersIsWhatIsLeftOfTheWhole() {
        var load = new OtherLoad();
        assertThat(load.add(cpus(1000, 1000), 500)).isZero();
        // Two processors were busy all the time, one of them with our own work.
        for (var i = 1; i <= 50; i++) {
            load.add(cpus(1000 + i * 1000L, 1000), 500 + i * 500L);
        }
        assertThat(load.average()).isCloseTo(1.0, within(0.01));
        // Then only with ours.
        for (var i = 1; i <= 50; i++) {
            load.add(cpus(51_000 + i * 500L, 1000 + i * 500L), 25_500 + i * 500L);
        }
        assertThat(load.average()).isCloseTo(0.0, within(0.01));
    }

    @Test
    void loadIsNeverBelowZero() {
        var load = new OtherLoad();
        load.add(cpus(1000, 1000), 5000);
        assertThat(load.add(cpus(1100, 1100), 9000)).isZero();
        // The time of processes that are gone goes with them.
        assertThat(load.add(cpus(1200, 1200), 0)).isPositive();
    }

    @Test
    void loadIsSampledNowAndThen() throws Exception {
        file("proc/stat", String.join("\n", cpus(1000, 1000)) + "\nintr 1\n");
        var readings = readings();
        assertThat(readings.load()).isZero();
        file("proc/stat", String.join("\n", cpus(3000, 1000)) + "\nintr 1\n");
        assertThat(readings.load()).isZero();
        now = now.plus(OtherLoad.PERIOD);
        assertThat(readings.load()).isCloseTo(0.4, within(0.001));
    }

    @Test
    void unreadableMachineHasNoLoadAndEnoughRoom() {
        assertThat(readings().load()).isZero();
        assertThat(readings().freeBytes()).isPositive();
    }

    @Test
    void timeOfThisProcessIsKnown() {
        assertThat(LinuxReadings.ticks(Path.of("/proc/self/stat")).sum()).isPositive();
    }
}

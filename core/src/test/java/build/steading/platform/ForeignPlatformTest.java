// SPDX-License-Identifier: Apache-2.0
package build.steading.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ForeignPlatformTest {
    private static final Properties BIG = worker("linux", "big");
    private static final Properties SMALL = worker("linux", "small");
    private static final Properties MAC = worker("macos", "mac");

    @Test
    void isMetByOneWorkerThatHasAllOfIt() {
        var platform = platform("OSFamily", "linux", "pool", "big");

        assertThat(platform.isMetBy(BIG)).isTrue();
        assertThat(platform.isMetBy(SMALL)).isFalse();
        assertThat(platform.complaint(Map.of(SMALL, 5, BIG, 1))).isEmpty();
    }

    @Test
    void askingForNothingIsMetByEverybody() {
        assertThat(new ForeignPlatform(List.of()).isMetBy(MAC)).isTrue();
        assertThat(new ForeignPlatform(List.of()).requirement()).isEqualTo(Requirement.ANY);
    }

    @Test
    void complaintNamesThePropertyAndWhatWorkersHave() {
        assertThat(platform("pool", "huge").complaint(counted(BIG, 1, SMALL, 3)))
                .contains("No worker has `huge` as the platform property `pool`; there are `small` (3 workers), `big`"
                        + " (1 worker)");
    }

    @Test
    void complaintNamesAForeignNameAsItWasSaid() {
        assertThat(platform("OSFamily", "Windows").complaint(counted(BIG, 1, MAC, 1)))
                .contains("No worker has `Windows` as the platform property `OSFamily`; there are `linux` (1 worker),"
                        + " `macos` (1 worker)");
    }

    @Test
    void complaintNamesAPropertyThatNobodyHas() {
        assertThat(platform("gpu", "a100").complaint(counted(BIG, 1, SMALL, 1)))
                .contains("No worker has the platform property `gpu` (`a100` is asked for)");
    }

    @Test
    void complaintNamesAllThatNobodyHas() {
        assertThat(platform("gpu", "a100", "os", "linux", "pool", "huge").complaint(Map.of(BIG, 2)))
                .contains("No worker has the platform property `gpu` (`a100` is asked for); No worker has `huge` as the"
                        + " platform property `pool`; there are `big` (2 workers)");
    }

    @Test
    void complaintNamesTheNearestWhereNobodyHasAllAtOnce() {
        assertThat(platform("os", "macos", "pool", "big").complaint(counted(BIG, 7, MAC, 1)))
                .contains("No worker has all that the platform asks for; 7 workers only lack `os` = `macos`, 1 worker"
                        + " only lacks `pool` = `big`");
    }

    @Test
    void complaintIsShortHoweverManyKindsThereAre() {
        var kinds = new LinkedHashMap<Properties, Integer>();
        for (var i = 0; i < 1_000; i++) {
            kinds.put(worker("linux", "p" + i + "x".repeat(1_000)), 1_000 - i);
        }

        assertThat(platform("pool", "huge").complaint(kinds).orElseThrow())
                .contains("`p0xx", "xx...` (998 workers), and 997 more")
                .hasSizeLessThan(600);
    }

    private static Properties worker(String os, String pool) {
        return new Properties(Map.of("os", os, "pool", pool));
    }

    private static Map<Properties, Integer> counted(Properties one, int ones, Properties other, int others) {
        var counts = new LinkedHashMap<Properties, Integer>();
        counts.put(one, ones);
        counts.put(other, others);
        return counts;
    }

    private static ForeignPlatform platform(String... namesAndValues) {
        return new ForeignPlatform(Stream.iterate(0, i -> i < namesAndValues.length, i -> i + 2)
                .map(i -> ForeignProperty.of(namesAndValues[i], namesAndValues[i + 1]))
                .toList());
    }
}

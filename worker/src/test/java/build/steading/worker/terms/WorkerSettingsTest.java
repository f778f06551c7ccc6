// SPDX-License-Identifier: Apache-2.0
package build.steading.worker.terms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.platform.Policy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WorkerSettingsTest {
    private static final String FILE = """
        name: rack-7
        slots: 4
        memory: 8 GiB
        hours: Mon-Fri 20-8
        max-load: 1.5
        on-battery: yes
        nice: 5
        disk-floor: 10 GB
        properties:
          gpu: a100
          licences: 3
          speed: 1.5
          fast: true
          labels: [ssd, 10]
          room: {floor: 2}
        policy:
          - project == "lua"
          - expected < 60
        """;

    @TempDir
    Path directory;

    private WorkerSettings file(String text) {
        return parse(Map.of(), text);
    }

    private WorkerSettings parse(Map<String, List<String>> options, String text) {
        try {
            return WorkerSettings.parse(
                    options, Optional.of(Files.writeString(directory.resolve("worker.yaml"), text)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static WorkerSettings options(Map<String, List<String>> options) {
        return WorkerSettings.parse(options, Optional.empty());
    }

    @Test
    void fileSaysItAll() {
        var settings = file(FILE);

        assertThat(settings.name()).contains("rack-7");
        assertThat(settings.slots()).isEqualTo(OptionalInt.of(4));
        var terms = settings.terms();
        assertThat(terms.memoryBytes()).isEqualTo(OptionalLong.of(8L << 30));
        assertThat(terms.hours()).isEqualTo(Hours.parse("Mon-Fri 20-8"));
        assertThat(terms.maxLoad()).isEqualTo(OptionalDouble.of(1.5));
        assertThat(terms.onBattery()).isTrue();
        assertThat(terms.nice()).isEqualTo(5);
        assertThat(terms.diskFloorBytes()).isEqualTo(10_000_000_000L);
        assertThat(terms.properties().values())
                .isEqualTo(Map.of(
                        "gpu",
                        "a100",
                        "licences",
                        3L,
                        "speed",
                        1.5,
                        "fast",
                        true,
                        "labels",
                        List.of("ssd", 10L),
                        "room",
                        Map.of("floor", 2L)));
        assertThat(terms.policy())
                .isEqualTo(Policy.all(List.of(Policy.parse("project == 'lua'"), Policy.parse("expected < 60"))));
    }

    @Test
    void whoSaysNothingHasTheUsualTerms() {
        assertThat(options(Map.of())).isEqualTo(new WorkerSettings(Optional.empty(), OptionalInt.empty(), Terms.USUAL));
        assertThat(file("\n")).isEqualTo(options(Map.of()));
        assertThat(file("# slots: 4\n\n")).isEqualTo(options(Map.of()));
    }

    @Test
    void commandLineGoesBeforeTheFile() {
        var settings = parse(
                Map.of(
                        "slots",
                        List.of("2"),
                        "on-battery",
                        List.of("no"),
                        "property",
                        List.of("gpu=none", "rack=7"),
                        "policy",
                        List.of("hour < 7")),
                FILE);

        assertThat(settings.slots()).isEqualTo(OptionalInt.of(2));
        assertThat(settings.name()).contains("rack-7");
        assertThat(settings.terms().onBattery()).isFalse();
        assertThat(settings.terms().properties().values())
                .containsEntry("gpu", "none")
                .containsEntry("rack", 7L)
                .containsEntry("licences", 3L);
        assertThat(settings.terms().policy().expression())
                .isEqualTo("(project == \"lua\") && (expected < 60) && (hour < 7)");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "p=7; 7",
                "p=-7; -7",
                "p=1.5; 1.5",
                "p=true; true",
                "p=; ''",
                "p=a b; a b",
                "p=1.2.3; 1.2.3",
                "p=a=b; a=b",
                "p=a,2,true; '[a, 2, true]'",
                "p=a,; '[a]'",
                "p:=\"7\"; 7",
                "p:=[1, \"x,y\"]; '[1, x,y]'",
                "p:={\"a\": {\"b\": 1}}; '{a={b=1}}'",
            })
    void propertiesHaveTypes(String text, String shown) {
        assertThat(options(Map.of("property", List.of(text)))
                        .terms()
                        .properties()
                        .values())
                .hasSize(1)
                .hasEntrySatisfying("p", value -> assertThat(value).hasToString(shown));
    }

    @Test
    void quotedNumberIsText() {
        var values = options(Map.of("property", List.of("a=7", "b:=\"7\"", "c=7.0")))
                .terms()
                .properties()
                .values();

        assertThat(values).isEqualTo(Map.of("a", 7L, "b", "7", "c", 7.0));
    }

    @Test
    void everythingThatIsWrongIsSaidAtOnceWithItsPlace() {
        assertThatThrownBy(() -> parse(Map.of("nice", List.of("20")), """
            name: "a b"
            slot: 4
            memory: much
            hours: 22
            on-battery: maybe
            properties:
              os: beos
              in: 1
            policy:
              - projct == "lua"
            """))
                .isInstanceOfSatisfying(
                        SteadingException.class, e -> assertThat(e.failure()).isInstanceOf(Failure.Invalid.class))
                .hasMessage("""
                    Option `--nice`: Found `20`, allowed here is a whole number from 0 to 19
                    worker.yaml:1:7: Found `a b`, allowed here is 1 to 64 letters, digits and `. _ - @`, the first one a letter or digit
                    worker.yaml:2:1: Found `slot`, allowed here are `name`, `slots`, `memory`, `hours`, `max-load`, `on-battery`, `nice`, `disk-floor`, `properties`, `policy`; did you mean `slots`?
                    worker.yaml:3:9: Found `much`, allowed here is a number of bytes such as `8 GiB`, `500 MB` or `1000000`
                    worker.yaml:4:8: Found `22`, allowed are hours such as `22-7` or `Mon-Fri 20-8, Sat-Sun 0-24`
                    worker.yaml:5:13: Found `maybe`, allowed here is `yes` or `no`
                    worker.yaml:7:3: Found the property `os`, which the worker finds out by itself
                    worker.yaml:8:3: Found the property `in`, allowed are letters, digits and `_`, at most 64 of them, the first one no digit, and no word of the language
                    worker.yaml:10:5: Policy `projct == "lua"`, line 1, column 1: Found `projct`, allowed are `project`, `requester`, `source`, `branch`, `options`, `priority`, `expected`, `hour`, `weekday`, `battery`, `load`; did you mean `project`?\
                    """);
    }

    @Test
    void optionsAreGivenOnceAndKnown() {
        assertThatThrownBy(() -> options(Map.of("slots", List.of("1", "2"))))
                .hasMessage("Option `--slots`: Found it 2 times, allowed is once");
        assertThatThrownBy(() -> options(Map.of("slotz", List.of("1"))))
                .hasMessage("Option `--slotz`: Found an option that there is not; did you mean `slots`?");
        assertThatThrownBy(() -> options(Map.of("property", List.of("gpu"))))
                .hasMessage("Option `--property`: Found `gpu`, allowed here is `name=value` or `name:=JSON`");
        assertThatThrownBy(() -> options(Map.of("property", List.of("gpu:=[1"))))
                .hasMessage("Option `--property`: Found `[1`, allowed after `:=` is JSON");
        assertThatThrownBy(() -> options(Map.of("property", List.of("GiB=1")))).hasMessageContaining("`GiB`");
    }

    @Test
    void fileMustBeThere() {
        var absent = Optional.of(directory.resolve("absent.yaml"));
        assertThatThrownBy(() -> WorkerSettings.parse(Map.of(), absent))
                .isInstanceOfSatisfying(
                        SteadingException.class, e -> assertThat(e.failure()).isInstanceOf(Failure.NotFound.class))
                .hasMessageContaining("absent.yaml");
    }

    @Test
    void fileThatIsNoMappingIsRefused() {
        assertThatThrownBy(() -> file("- 1")).hasMessageStartingWith("worker.yaml:");
        assertThatThrownBy(() -> file("name: [")).hasMessageStartingWith("worker.yaml:");
    }
}

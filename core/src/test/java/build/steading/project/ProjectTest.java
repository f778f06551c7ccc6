// SPDX-License-Identifier: Apache-2.0
package build.steading.project;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProjectTest {
    @Nested
    class WithoutAFile {
        @Test
        void isOneTaskThatReadsEverything() {
            var project = Project.single("My site", "make -j${slots} html", List.of("build/html"), false);

            assertThat(project.name()).isEqualTo("My-site");
            assertThat(project.expand(Map.of(), Map.of(), List.of()))
                    .singleElement()
                    .satisfies(instance -> {
                        assertThat(instance.id()).isEqualTo("run");
                        assertThat(instance.inputs()).containsExactly("**");
                        assertThat(instance.outputs()).containsExactly("build/html");
                        assertThat(instance.command())
                                .containsExactly("/bin/sh", "-e", "-c", "make -j${STEADING_SLOTS:-1} html");
                    });
        }

        @Test
        void messagesNameTheCommandLineOption() {
            assertThatThrownBy(() -> Project.single("p", " ", List.of("ok", "/abs"), false))
                    .hasMessage("""
                        `--run`: Found nothing, allowed is a command
                        `--output`: Pattern `/abs` is absolute, but only paths below the project directory are allowed\
                        """);
            assertThatThrownBy(() -> Project.single("p", "echo ${options.x}", List.of(), false))
                    .hasMessage("`--run`: Found `${options.x}`, but this project has no `options`");
        }

        @Test
        void anyTextMakesAName() {
            assertThat(Project.single("...", "x", List.of(), false).name()).isEqualTo("project");
            assertThat(Project.single("ä b/c", "x", List.of(), false).name()).isEqualTo("b-c");
        }
    }

    @Nested
    class Options {
        private final Project project = ProjectFile.parse("f", """
            project: p
            options:
              opt: {values: [O2, O3], default: O3}
              debug: {type: bool}
              jobs: {type: int, default: 04, min: 1, max: 64}
              label: {type: string, default: a, pattern: "[a-z]*"}
            tasks: {t: {run: x}}
            """);

        @Test
        void defaultsFillUp() {
            assertThat(project.resolveOptions(Map.of()))
                    .containsExactly(
                            Map.entry("opt", "O3"),
                            Map.entry("debug", "false"),
                            Map.entry("jobs", "4"),
                            Map.entry("label", "a"));
        }

        @ParameterizedTest
        @CsvSource({
            "opt, O2, O2",
            "debug, YES, true",
            "debug, on, true",
            "debug, No, false",
            "debug, off, false",
            "jobs, 1, 1",
            "jobs, +064, 64",
            "label, '', ''",
            "label, xyz, xyz"
        })
        void valueHasOneSpelling(String option, String given, String value) {
            assertThat(project.resolveOptions(Map.of(option, given))).containsEntry(option, value);
        }

        @Test
        void allThatIsWrongIsReported() {
            var given = new LinkedHashMap<String, String>();
            given.put("otp", "O2");
            given.put("opt", "O4");
            given.put("debug", "2");
            given.put("jobs", "65");
            given.put("label", "X");
            assertThatThrownBy(() -> project.resolveOptions(given)).hasMessage("""
                Found option `otp`, allowed are `opt`, `debug`, `jobs`, `label`; did you mean `opt`?
                Found `O4` for option `opt`, allowed is one of `O2`, `O3`; did you mean `O2` or `O3`?
                Found `2` for option `debug`, allowed is `true` or `false`
                Found `65` for option `jobs`, allowed is a whole number from 1 to 64
                Found `X` for option `label`, allowed is text that matches `[a-z]*`\
                """);
        }

        @Test
        void patternsTakeLinearTime() {
            var evil = ProjectFile.parse(
                    "f", "project: p\noptions: {o: {type: string, pattern: '(a+)+b|'}}\ntasks: {t: {run: x}}");
            Assertions.assertTimeoutPreemptively(
                    Duration.ofSeconds(10),
                    () -> assertThatThrownBy(() -> evil.resolveOptions(Map.of("o", "a".repeat(1000))))
                            .hasMessageContaining("allowed is text that matches"));
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package build.steading.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RequirementTest {
    private static final Properties WORKER = new Properties(Map.of(
            "os",
            "linux",
            "cores",
            8,
            "memory",
            8_000_000_000L,
            "load",
            0.5,
            "bubblewrap",
            true,
            "tools",
            Map.of("gcc", "12.2", "python", Map.of("major", 3), "odd", ""),
            "kernel",
            "6.1.0-18-amd64",
            "labels",
            List.of("fast", "ssd")));

    @Nested
    class Fitting {
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "true",
                    "os == \"linux\"",
                    "os == 'linux' && cores >= 8",
                    "cores > 7 && cores < 9",
                    "cores >= 7.5",
                    "load < 1",
                    "memory >= 8 * 1000 * 1000 * 1000",
                    "bubblewrap",
                    "!(os == 'windows')",
                    "os in ['linux', 'freebsd']",
                    "'ssd' in labels",
                    "labels.exists(l, l.startsWith('fa'))",
                    "'gcc' in tools",
                    "has(tools.gcc)",
                    "!has(tools.clang)",
                    "tools.gcc == '12.2'",
                    "tools['gcc'].matches('^12')",
                    "tools.python.major == 3",
                    "type(cores) == int",
                    "size(labels) == 2",
                    "gpu == 'a100' || os == 'linux'",
                    "cores == 8 ? os == 'linux' : gpu",
                    "tool('gcc') >= '12'",
                    "tool('gcc') < '12.10'",
                    "tool('gcc') > '9.4' && tool('gcc') <= '12.2'",
                    "tool('gcc') == version('12.2.0')",
                    "version(tools.gcc) >= version('12.2')",
                    "version(kernel) >= '5.11'",
                    "['12', '13'].exists(v, tool('gcc') >= v)",
                    "memory >= 7 * GiB && memory < 8 * GiB",
                    "memory > 7000 * MiB && memory > KiB && memory < TiB",
                    "has(os) && !has(gpu)",
                    "!has(gpu) || gpu == 'a100'",
                })
        void holds(String expression) {
            assertThat(check(expression)).isEqualTo(new Fit.Fits());
        }

        @Test
        void anyFitsAWorkerWithoutProperties() {
            assertThat(Requirement.ANY.check(new Properties(Map.of()))).isEqualTo(new Fit.Fits());
        }
    }

    @Nested
    class Reasons {
        @Test
        void nameWhatTheWorkerIsAndWhatIsRequired() {
            assertThat(check("os == 'windows'"))
                    .isEqualTo(new Fit.Misfit("`os` is `linux`, `os == \"windows\"` is required"));
        }

        @Test
        void nameAnUnknownProperty() {
            assertThat(check("gpu == 'a100'")).isEqualTo(new Fit.Misfit("property `gpu` is not known to this worker"));
        }

        @Test
        void nameAnUnknownPropertyAlsoUnderNegation() {
            assertThat(check("!(gpu == 'a100')"))
                    .isEqualTo(new Fit.Misfit("property `gpu` is not known to this worker"));
        }

        @Test
        void nameTheConditionBesideAnUnknownPropertyIfItHasOthers() {
            assertThat(check("gpu == 'a100' || os == 'windows'"))
                    .isEqualTo(new Fit.Misfit("property `gpu` is not known to this worker,"
                            + " `gpu == \"a100\" || os == \"windows\"` is required"));
        }

        @Test
        void nameAnAbsentKeyOfAMap() {
            assertThat(check("tools.clang == '17'"))
                    .isEqualTo(new Fit.Misfit("property `tools.clang` is not known to this worker"));
            assertThat(check("tools['python']['minor'] > 2"))
                    .isEqualTo(new Fit.Misfit("property `tools.python.minor` is not known to this worker"));
            assertThat(check("compilers.clang == '17'"))
                    .isEqualTo(new Fit.Misfit("property `compilers` is not known to this worker"));
        }

        @Test
        void nameAnAbsentTool() {
            assertThat(check("tool('clang') >= '17'"))
                    .isEqualTo(new Fit.Misfit("property `tools.clang` is not known to this worker"));
        }

        @Test
        void nameAnUnknownVersion() {
            assertThat(check("tool('odd') >= '17'"))
                    .isEqualTo(new Fit.Misfit(
                            "`tools.odd` is ``, `tool(\"odd\") >= \"17\"` cannot be decided: `` is not a version"));
        }

        @Test
        void nameTheVersionThatIsTooOld() {
            assertThat(check("tool('gcc') >= '13'"))
                    .isEqualTo(new Fit.Misfit("`tools.gcc` is `12.2`, `tool(\"gcc\") >= \"13\"` is required"));
        }

        @Test
        void nameAPropertyThatMustNotBeKnown() {
            assertThat(check("has(gpu)")).isEqualTo(new Fit.Misfit("`has(gpu)` is required"));
            assertThat(check("!has(os)")).isEqualTo(new Fit.Misfit("`os` is `linux`, `!(has(os))` is required"));
        }

        @Test
        void nameTheFailingConditionsOfAConjunctionOnly() {
            assertThat(check("os == 'linux' && cores >= 16 && (bubblewrap && gpu)"))
                    .isEqualTo(new Fit.Misfit(
                            "`cores` is `8`, `cores >= 16` is required; property `gpu` is not known to this worker"));
        }

        @Test
        void nameEveryPropertyOfACondition() {
            assertThat(check("os == 'windows' || cores > 8"))
                    .isEqualTo(new Fit.Misfit(
                            "`os` is `linux` and `cores` is `8`, `os == \"windows\" || cores > 8` is required"));
        }

        @Test
        void showListsAndMaps() {
            assertThat(check("'gpu' in labels"))
                    .isEqualTo(new Fit.Misfit("`labels` is `[fast, ssd]`, `\"gpu\" in labels` is required"));
            assertThat(check("has(tools.clang)"))
                    .isEqualTo(new Fit.Misfit(
                            "`tools` is `{gcc=12.2, odd=, python={major=3}}`, `has(tools.clang)` is required"));
        }

        @Test
        void showTheMacroThatWasWritten() {
            assertThat(check("labels.exists(l, l == 'gpu')"))
                    .isEqualTo(
                            new Fit.Misfit("`labels` is `[fast, ssd]`, `labels.exists(l, l == \"gpu\")` is required"));
        }

        @Test
        void tellApartValuesThatCannotBeCompared() {
            assertThat(check("cores >= '8'"))
                    .isInstanceOfSatisfying(
                            Fit.Misfit.class,
                            misfit -> assertThat(misfit.reason())
                                    .startsWith("`cores` is `8`, `cores >= \"8\"` cannot be decided: "));
        }

        @Test
        void sayWhenAPropertyIsNeitherTrueNorFalse() {
            assertThat(check("cores")).isEqualTo(new Fit.Misfit("`cores` is `8`, `cores` is required"));
        }
    }

    @Nested
    class Parsing {
        @ParameterizedTest
        @ValueSource(strings = {"os = 'linux'", "os ==", "os == 'linux", "(os", "&&", "a b"})
        void namesThePositionOfWhatIsNoExpression(String expression) {
            assertThatThrownBy(() -> Requirement.parse(expression))
                    .isInstanceOf(SteadingException.class)
                    .hasMessageStartingWith("Requirement `" + expression + "`, line 1, column ")
                    .extracting(e -> ((SteadingException) e).failure())
                    .isInstanceOf(Failure.Invalid.class);
        }

        @Test
        void countsColumnsFromOne() {
            assertThatThrownBy(() -> Requirement.parse("os = 'linux'")).hasMessageContaining("line 1, column 4: ");
        }

        @ParameterizedTest
        @ValueSource(strings = {"'linux'", "1 + 1", "cores + 1", "[os]", "size(labels)"})
        void refusesWhatIsNeitherTrueNorFalse(String expression) {
            assertThatThrownBy(() -> Requirement.parse(expression))
                    .hasMessageStartingWith("Requirement `" + expression + "` is of type `")
                    .hasMessageEndingWith("`; only what is true or false can be required");
        }

        @Test
        void saysThatVersionsAreNoNumbers() {
            assertThatThrownBy(() -> Requirement.parse("tool('gcc') >= 12.10"))
                    .hasMessage("Requirement `tool('gcc') >= 12.10`, line 1, column 13:"
                            + " found no matching overload for '_>=_' applied to '(version, double)'");
        }

        @ParameterizedTest
        @ValueSource(strings = {"1 == 'a'", "tool('gcc') >= 12", "cores >= 1 && 'a'", "has(5)", "version(7) > '6'"})
        void refusesNonsense(String expression) {
            assertThatThrownBy(() -> Requirement.parse(expression))
                    .isInstanceOf(SteadingException.class)
                    .hasMessageContaining("line 1, column ");
        }

        @Test
        void limitsLengthAndNesting() {
            var atLimit = "os == '" + "x".repeat(4096 - 8) + "'";
            assertThat(Requirement.parse(atLimit).expression()).hasSize(4096);
            assertThatThrownBy(() -> Requirement.parse(atLimit.replace("x'", "xx'")))
                    .isInstanceOf(SteadingException.class);
            assertThatThrownBy(() -> Requirement.parse("(".repeat(1000) + "os == 'a'" + ")".repeat(1000)))
                    .isInstanceOf(SteadingException.class);
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "  ", "true", " true "})
        void anyIsWhatRequiresNothing(String expression) {
            assertThat(Requirement.parse(expression)).isSameAs(Requirement.ANY);
        }

        @Test
        void requirementsAreEqualByExpression() {
            assertThat(Requirement.parse(" os == 'a'"))
                    .isEqualTo(Requirement.parse("os == 'a'"))
                    .hasSameHashCodeAs(Requirement.parse("os == 'a'"))
                    .isNotEqualTo(Requirement.parse("os == 'b'"));
        }
    }

    @Nested
    class Conjunction {
        private final Requirement linux = Requirement.parse("os == 'windows' || os == 'linux'");
        private final Requirement big = Requirement.parse("cores >= 9 || false");

        @Test
        void requiresBoth() {
            assertThat(linux.and(big).check(WORKER)).isInstanceOf(Fit.Misfit.class);
            assertThat(linux.and(Requirement.parse("cores == 8")).check(WORKER)).isEqualTo(new Fit.Fits());
        }

        @Test
        void withAnyChangesNothing() {
            assertThat(linux.and(Requirement.ANY)).isSameAs(linux);
            assertThat(Requirement.ANY.and(linux)).isSameAs(linux);
            assertThat(linux.and(linux)).isEqualTo(linux);
        }
    }

    private static Fit check(String expression) {
        return Requirement.parse(expression).check(WORKER);
    }
}

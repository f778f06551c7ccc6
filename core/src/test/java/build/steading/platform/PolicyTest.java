// SPDX-License-Identifier: Apache-2.0
package build.steading.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PolicyTest {
    private static final RequestFacts LUA = new RequestFacts(
            "lua",
            "ann@example",
            "https://git.example/lua.git",
            "main",
            Map.of("opt", "O3"),
            -1,
            Optional.of(Duration.ofMinutes(20)));
    private static final RequestFacts UNKNOWN_DURATION = RequestFacts.of("lua", "ann@example");

    /// A Wednesday.
    private static final ZonedDateTime AFTERNOON =
            ZonedDateTime.of(2025, 3, 5, 14, 20, 30, 0, ZoneId.of("Europe/Berlin"));

    private static final Surroundings DAY = new Surroundings(AFTERNOON, false, 0.5);

    private static Consent decide(String policy) {
        return Policy.parse(policy).check(LUA, DAY);
    }

    private static Consent.Withheld withheld(String policy) {
        return (Consent.Withheld) decide(policy);
    }

    @Nested
    class OnTheWorker {
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "true",
                    "project in ['lua', 'zlib']",
                    "requester != 'mallory' && requester.endsWith('@example')",
                    "source.startsWith('https://git.example/')",
                    "branch == 'main' || branch.startsWith('release-')",
                    "options.opt in ['O2', 'O3']",
                    "!has(options.debug)",
                    "priority <= 0",
                    "expected < 1800",
                    "has(expected)",
                    "hour >= 9 && hour < 17",
                    "!(weekday in ['Sat', 'Sun'])",
                    "weekday == 'Wed'",
                    "!battery",
                    "load < 2",
                    "project == 'zlib' || hour == 14",
                })
        void isWilling(String policy) {
            assertThat(decide(policy)).isEqualTo(new Consent.Given());
        }

        @Test
        void refusesForGoodWhatTheRequestAloneDecides() {
            assertThat(decide("project == 'zlib'"))
                    .isEqualTo(new Consent.Withheld(
                            "`project` is `lua`, `project == \"zlib\"` is required", Optional.empty()));
            assertThat(decide("source.startsWith('svn://svn.example/')"))
                    .isEqualTo(new Consent.Withheld(
                            "`source` is `https://git.example/lua.git`,"
                                    + " `source.startsWith(\"svn://svn.example/\")` is required",
                            Optional.empty()));
        }

        @ParameterizedTest
        @CsvSource(
                delimiter = ';',
                value = {
                    "battery; PT15M",
                    "load > 3; PT15M",
                    "hour >= 22 || hour < 7; PT39M30S",
                    "weekday in ['Sat', 'Sun']; PT9H39M30S",
                    "weekday == 'Sun' || hour > 22; PT39M30S",
                    "weekday == 'Sun' && hour > 22; PT9H39M30S",
                    "load > 3 && hour > 22; PT39M30S",
                    "project == 'zlib' || battery; PT15M",
                })
        void isAskedAgainWhenItsSurroundingsMayHaveChanged(String policy, Duration askAgainAfter) {
            assertThat(withheld(policy).askAgainAfter()).contains(askAgainAfter);
        }

        @Test
        void namesAllThatIsWrongAndIsNotAskedAgainIfThatIsTheRequest() {
            assertThat(withheld("hour < 7 && project == 'zlib' && !battery"))
                    .isEqualTo(new Consent.Withheld(
                            "`hour` is `14`, `hour < 7` is required; `project` is `lua`, `project == \"zlib\"` is"
                                    + " required",
                            Optional.empty()));
        }

        @Test
        void isNotWillingIfItIsNotKnownHowLongItTakes() {
            assertThat(Policy.parse("expected < 1800").check(UNKNOWN_DURATION, DAY))
                    .isEqualTo(new Consent.Withheld(
                            "`expected` is not known of this request, `expected < 1800` is required",
                            Optional.empty()));
            assertThat(Policy.parse("!has(expected) || expected < 1800").check(UNKNOWN_DURATION, DAY))
                    .isEqualTo(new Consent.Given());
            assertThat(Policy.parse("expected < 1800 || project == 'lua'").check(UNKNOWN_DURATION, DAY))
                    .isEqualTo(new Consent.Given());
        }

        @Test
        void isNotWillingIfAnOptionIsNotGiven() {
            assertThat(withheld("options.debug == 'no'").reason())
                    .isEqualTo("`options.debug` is not known of this request, `options.debug == \"no\"` is required");
        }
    }

    @Nested
    class OnTheServer {
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "true",
                    "project == 'lua'",
                    "hour < 7",
                    "battery && load > 100 && weekday == 'Sun'",
                    "has(hour)",
                    "project == 'zlib' || hour < 7",
                    "project == 'lua' && hour < 7",
                })
        void leavesTheSurroundingsToTheWorker(String policy) {
            assertThat(Policy.parse(policy).check(LUA)).isEqualTo(new Fit.Fits());
        }

        @Test
        void looksAtNothingButWhatItCanDecideBy() {
            assertThat(Policy.parse("project == 'lua' && options.opt == 'O3' && (hour < 7 || priority < 0)")
                            .facts())
                    .containsExactlyInAnyOrder("project", "options");
            assertThat(Policy.ANYTHING.facts()).isEmpty();
        }

        @Test
        void decidesByTheRequest() {
            assertThat(Policy.parse("project == 'zlib' && hour < 7").check(LUA))
                    .isEqualTo(new Fit.Misfit("`project` is `lua`, `project == \"zlib\"` is required"));
            assertThat(Policy.parse("expected < 60").check(UNKNOWN_DURATION)).isInstanceOf(Fit.Misfit.class);
        }
    }

    @Nested
    class Parsing {
        @Test
        void namesWhatIsAllowedInsteadOfAnUnknownName() {
            assertThatThrownBy(() -> Policy.parse("hour < 7 && projct == 'lua'"))
                    .isInstanceOfSatisfying(
                            SteadingException.class,
                            e -> assertThat(e.failure()).isInstanceOf(Failure.Invalid.class))
                    .hasMessage("Policy `hour < 7 && projct == 'lua'`, line 1, column 13: Found `projct`, allowed are"
                            + " `project`, `requester`, `source`, `branch`, `options`, `priority`, `expected`, `hour`,"
                            + " `weekday`, `battery`, `load`; did you mean `project`?");
            assertThatThrownBy(() -> Policy.parse("has(expcted)")).hasMessageEndingWith("did you mean `expected`?");
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "project == 1",
                    "hour == '7'",
                    "options.opt > 1",
                    "weekday",
                    "battery == 'on'",
                    "expected",
                    "project.startsWith(7)",
                    "os == 'linux'",
                    "project ==",
                })
        void findsWhatMakesNoSense(String policy) {
            assertThatThrownBy(() -> Policy.parse(policy))
                    .isInstanceOf(SteadingException.class)
                    .hasMessageStartingWith("Policy `" + policy + "`");
        }

        @Test
        void anythingIsWhatAsksForNothing() {
            assertThat(Policy.parse(" ")).isSameAs(Policy.ANYTHING);
            assertThat(Policy.parse("true")).isSameAs(Policy.ANYTHING);
            assertThat(Policy.ANYTHING.check(LUA, DAY)).isEqualTo(new Consent.Given());
        }
    }

    @Nested
    class Several {
        @Test
        void mustAllBeMet() {
            var policy = Policy.all(List.of(
                    Policy.parse("project == 'lua' // mine\n"),
                    Policy.ANYTHING,
                    Policy.parse("hour < 7 || battery"),
                    Policy.parse("project == 'lua' // mine\n")));

            assertThat(policy.expression()).isEqualTo("(project == \"lua\") && (hour < 7 || battery)");
            assertThat(policy.check(LUA)).isEqualTo(new Fit.Fits());
            assertThat(policy.check(LUA, DAY)).isInstanceOf(Consent.Withheld.class);
            assertThat(Policy.parse(policy.expression())).isEqualTo(policy);
        }

        @Test
        void ofNoneIsAnything() {
            assertThat(Policy.all(List.of())).isSameAs(Policy.ANYTHING);
            var one = Policy.parse("hour < 7");
            assertThat(Policy.all(List.of(Policy.ANYTHING, one))).isSameAs(one);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package build.steading.it;

import static org.assertj.core.api.Assertions.assertThat;

import build.steading.it.CompileCase.Route;
import build.steading.it.CompileCase.State;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Everything that `steading cc` and a compiler leave behind is what the compiler alone leaves behind, to the
/// last byte: in whatever state Steading is, and from wherever the result comes.
///
/// The cases are the files in `compile-cases`, and `topics.txt` there lists what they are about. Property
/// `compile.case` chooses those whose names begin so: `-Dcompile.case=b27`.
class CompileCasesIT {
    @RegisterExtension
    static final CompileHomes HOMES = new CompileHomes();

    private static final String CHOSEN = System.getProperty("compile.case", "");

    /// One case with what it does natively, which is found out once.
    private static final class Trial {
        private final CompileCase given;
        private final CompileRunner runner;
        private Optional<CompileOutcome> natively = Optional.empty();

        Trial(CompileCase given) {
            this.given = given;
            this.runner = new CompileRunner(HOMES.top(), given);
        }

        DynamicTest in(State state) {
            return DynamicTest.dynamicTest(
                    "%s %s".formatted(given.id(), state), () -> check(state, HOMES.wrapper(state)));
        }

        private void check(State state, CompileWrapper wrapper) throws IOException, InterruptedException {
            Assumptions.assumeFalse(
                    given.exempt().containsKey(state), () -> given.exempt().get(state));
            runner.checkNeeds(CompileRunner.NATIVE);
            if (natively.isEmpty()) {
                natively = Optional.of(runner.runAnew(CompileRunner.NATIVE));
            }
            var counted = isCounted(state);
            var before = counted ? Optional.of(HOMES.statistics()) : Optional.<JsonNode>empty();
            var outcome = state == State.HIT ? runner.runAgain(wrapper) : runner.runAnew(wrapper);
            assertThat(outcome.differences(natively.get()))
                    .as("%s %s: %s", given.id(), state, given.title())
                    .isEmpty();
            before.ifPresent(then -> checkRoute(state, then, HOMES.statistics()));
            if (state == State.NO_PROCESS) {
                runner.remove();
            }
        }

        private boolean isCounted(State state) {
            return !HOMES.isOther() && given.route() != Route.ANY && (state == State.COLD || state == State.HIT);
        }

        private void checkRoute(State state, JsonNode before, JsonNode after) {
            var remote = grown("remote", before, after);
            var hits = grown("hits", before, after);
            var local = grown("local", before, after);
            var counted = "%d on the farm, %d from the cache, %d local; local ones were %s"
                    .formatted(remote, hits, local, after.path("reasons"));
            var right = switch (given.route()) {
                case ANY -> true;
                case FARM -> local == 0 && (state == State.HIT ? remote == 0 && hits > 0 : remote > 0);
                case FARM_EACH_TIME -> local == 0 && remote > 0;
                case LOCAL -> remote + hits == 0;
            };
            assertThat(right)
                    .as("%s %s should run %s: %s", given.id(), state, given.route(), counted)
                    .isTrue();
        }

        private static int grown(String counter, JsonNode before, JsonNode after) {
            return after.path(counter).asInt() - before.path(counter).asInt();
        }
    }

    @TestFactory
    Stream<DynamicContainer> everyCaseEndsAsNatively() {
        return CompileCaseReader.all().stream()
                .filter(each -> each.id().startsWith(CHOSEN))
                .map(each -> {
                    var trial = new Trial(each);
                    return DynamicContainer.dynamicContainer(
                            "%s: %s".formatted(each.id(), each.title()),
                            Stream.of(State.values()).map(trial::in));
                });
    }
}

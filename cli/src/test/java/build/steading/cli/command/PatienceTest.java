// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PatienceTest {
    private static final Failure AWAY = new Failure.Unavailable("The server cannot be reached");
    private static final Failure SILENT = new Failure.Unavailable("The server does not answer", true);
    private static final Failure BUSY = new Failure.Overloaded("9 builds wait already", Duration.ofSeconds(1));

    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final List<Duration> pauses = new ArrayList<>();
    private final Deque<Failure> failures = new ArrayDeque<>();
    private final Patience patience = patience(true);

    private Patience patience(boolean farm) {
        return new Patience(() -> farm, Consoles.saying(Path.of("/"), Map.of(), err), pauses::add);
    }

    private String answer() {
        if (failures.isEmpty()) {
            return "answer";
        }
        throw new SteadingException(failures.remove());
    }

    @Test
    void farmThatHasHeardNothingIsNotWaitedFor() {
        failures.add(AWAY);

        assertThatThrownBy(() -> patience.answer(false, this::answer)).hasMessage(AWAY.message());
        assertThat(pauses).isEmpty();
    }

    @Test
    void farmThatMayHaveTakenTheRequestIsAskedUntilItAnswers() throws InterruptedException {
        failures.addAll(List.of(SILENT, AWAY, AWAY));

        assertThat(patience.answer(false, this::answer)).isEqualTo("answer");
        assertThat(pauses).hasSize(3);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .isEqualTo("The farm does not answer, and is waited for: The server does not answer\n");
    }

    @Test
    void farmThatMayHaveTakenItFromAnotherProcessIsAskedUntilItAnswers() throws InterruptedException {
        failures.addAll(List.of(AWAY, AWAY));

        assertThat(patience.answer(true, this::answer)).isEqualTo("answer");
        assertThat(pauses).hasSize(2);
    }

    @Test
    void refusalIsAnAnswer() {
        failures.addAll(List.of(SILENT, BUSY));

        assertThatThrownBy(() -> patience.answer(true, this::answer)).hasMessage(BUSY.message());
        assertThat(pauses).hasSize(1);
    }

    @Test
    void nothingIsWaitedForWhereThereIsNoFarm() {
        failures.add(SILENT);

        assertThatThrownBy(() -> patience(false).answer(true, this::answer)).hasMessage(SILENT.message());
    }

    @Test
    void whoeverIsInterruptedStopsWaiting() {
        var watched = new Feed();
        var interrupted = new Patience(() -> true, Consoles.in(Path.of("/"), Map.of()), watched::pause);
        failures.addAll(List.of(AWAY, AWAY));
        watched.add(new Feed.Event.HungUp());

        assertThatThrownBy(() -> interrupted.answer(true, this::answer)).isInstanceOf(InterruptedException.class);
        assertThat(failures).hasSize(1);
    }
}

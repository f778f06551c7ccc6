// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.door;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;

class HoldTest {
    private final Hold hold = new Hold();

    @Test
    void launcherThatHoldsIsNotLetGo() {
        hold.take();

        assertThat(hold.letGo(() -> {})).isFalse();
        assertThatCode(hold::await).doesNotThrowAnyException();
    }

    @Test
    void whatALauncherSaysThatWasLetGoComesTooLate() {
        assertThat(hold.letGo(() -> {})).isTrue();

        hold.take();

        assertThat(hold.letGo(() -> {})).isTrue();
        assertThatThrownBy(hold::await).isInstanceOf(InterruptedException.class);
    }

    @Test
    void whoeverWaitsGoesOnWhenTheFarewellIsSaid() throws Exception {
        var said = new ConcurrentLinkedQueue<String>();
        var waiting = Thread.ofPlatform().start(() -> {
            assertThatThrownBy(hold::await).isInstanceOf(InterruptedException.class);
            said.add("interrupted");
        });
        while (waiting.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }

        assertThat(hold.letGo(() -> {
                    assertThatCode(() -> waiting.join(50)).doesNotThrowAnyException();
                    said.add("farewell");
                }))
                .isTrue();

        waiting.join();
        assertThat(said).containsExactly("farewell", "interrupted");
    }

    @Test
    void processThatIsInterruptedDoesNotWaitForTheLauncher() {
        Thread.currentThread().interrupt();

        assertThatThrownBy(hold::await).isInstanceOf(InterruptedException.class);
    }
}

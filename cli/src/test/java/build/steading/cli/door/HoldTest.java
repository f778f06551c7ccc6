// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.door;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class HoldTest {
    private final Hold hold = new Hold();

    @Test
    void launcherThatHoldsIsNotLetGo() {
        hold.take();

        assertThat(hold.letGo()).isFalse();
        assertThatCode(hold::await).doesNotThrowAnyException();
    }

    @Test
    void whatALauncherSaysThatWasLetGoComesTooLate() {
        assertThat(hold.letGo()).isTrue();

        hold.take();

        assertThat(hold.letGo()).isTrue();
        assertThatThrownBy(hold::await).isInstanceOf(InterruptedException.class);
    }

    @Test
    void processThatIsInterruptedDoesNotWaitForTheLauncher() {
        Thread.currentThread().interrupt();

        assertThatThrownBy(hold::await).isInstanceOf(InterruptedException.class);
    }
}

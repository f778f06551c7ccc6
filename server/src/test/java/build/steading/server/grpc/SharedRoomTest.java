// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import org.junit.jupiter.api.Test;

class SharedRoomTest {
    private final SharedRoom room = new SharedRoom("calls", 12);

    @Test
    void oneCallerGetsHalf() {
        assertThat(fill("ann")).isEqualTo(6);
    }

    @Test
    void whoComesLaterGetsHalfOfWhatIsLeft() {
        fill("ann");

        assertThat(fill("bob")).isEqualTo(3);
        assertThat(fill("cem")).isEqualTo(2);
    }

    @Test
    void whoHasTooManyWaitsUntilThereIsMoreRoom() {
        fill("ann");
        fill("bob");

        room.leave("ann");
        assertThat(fill("ann")).isZero();
        for (var i = 0; i < 3; i++) {
            room.leave("bob");
        }
        assertThat(fill("ann")).isOne();
    }

    @Test
    void refusalSaysWhoHasHowMany() {
        fill("ann");

        assertThatThrownBy(() -> room.enter("ann"))
                .hasMessage("`ann` has 6 calls open, and of all 12 there may be, 6 are left: no caller may have more")
                .isInstanceOfSatisfying(
                        SteadingException.class, e -> assertThat(e.failure()).isInstanceOf(Failure.Overloaded.class));
    }

    @Test
    void allRoomComesBack() {
        for (var round = 0; round < 3; round++) {
            for (var taken = fill("ann"); taken > 0; taken--) {
                room.leave("ann");
            }
        }

        assertThat(fill("bob")).isEqualTo(6);
    }

    /// Takes what there is, and returns how much that was.
    private int fill(String caller) {
        for (var taken = 0; ; taken++) {
            try {
                room.enter(caller);
            } catch (SteadingException _) {
                return taken;
            }
        }
    }
}

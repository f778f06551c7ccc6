// SPDX-License-Identifier: Apache-2.0
package build.steading.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// What every [Members] owes.
public abstract class MembersContract {
    private static final Instant NOW = Instant.parse("2026-03-04T05:06:07.123456Z");
    private static final Identity BOX = new Identity("box", Role.WORKER);
    private static final Member MEMBER = member(BOX, "a");

    /// Returns the same store at each call, with nothing in it at first.
    protected abstract Members members();

    private static Member member(Identity identity, String digit) {
        return new Member(
                identity,
                new Fingerprint(digit.repeat(64)),
                NOW,
                NOW.plusSeconds(60),
                MemberState.ACTIVE,
                Optional.empty(),
                "token");
    }

    @Test
    void addedMembersAreFoundAsTheyWereGivenByName() {
        var ann = member(new Identity("ann", Role.ADMIN), "b");
        assertThat(members().add(MEMBER)).isTrue();
        assertThat(members().add(ann)).isTrue();

        assertThat(members().all()).containsExactly(ann, MEMBER);
    }

    @Test
    void nameIsTakenWithinItsRoleOnly() {
        members().add(MEMBER);

        assertThat(members().add(member(BOX, "c"))).isFalse();
        assertThat(members().add(member(new Identity("box", Role.BUILDER), "c")))
                .isTrue();
        assertThat(members().all()).contains(MEMBER).hasSize(2);
    }

    @Test
    void memberIsReplacedByWhoKnowsItAsItIs() {
        members().add(MEMBER);
        var draining = MEMBER.in(MemberState.DRAINING);

        assertThat(members().replace(draining, MEMBER.in(MemberState.REVOKED))).isFalse();
        assertThat(members().replace(member(BOX, "d"), draining)).isFalse();
        assertThat(members().all()).containsExactly(MEMBER);
        assertThat(members().replace(MEMBER, draining)).isTrue();
        assertThat(members().all()).containsExactly(draining);
    }

    @Test
    void memberThatIsGoneIsNotReplaced() {
        assertThat(members().replace(MEMBER, MEMBER.in(MemberState.REVOKED))).isFalse();
        assertThat(members().all()).isEmpty();
    }

    @Test
    void whenItWasSeenSurvivesItsReplacement() {
        members().add(MEMBER);
        members().seen(BOX, NOW.plusSeconds(3));

        assertThat(members().all()).containsExactly(MEMBER.seenAt(NOW.plusSeconds(3)));
        assertThat(members().replace(MEMBER, MEMBER.in(MemberState.REVOKED))).isTrue();
        assertThat(members().all())
                .containsExactly(MEMBER.in(MemberState.REVOKED).seenAt(NOW.plusSeconds(3)));
    }

    @Test
    void removedMemberIsGone() {
        members().add(MEMBER);

        assertThat(members().remove(BOX)).isTrue();
        assertThat(members().remove(BOX)).isFalse();
        members().seen(BOX, NOW);
        assertThat(members().all()).isEmpty();
    }
}

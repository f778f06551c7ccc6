// SPDX-License-Identifier: Apache-2.0
package build.steading.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import build.steading.failure.SteadingException;
import java.util.Locale;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class JoinTokenTest {
    private final JoinToken token =
            new JoinToken(Fingerprint.of(new byte[] {1}), new Secret("a1b0c2d3", "zyxwvtsrqpnmkjhgfedcba9876543210"));
    private final String text = token.text();

    @Test
    void whatWasWrittenIsRead() {
        assertThat(text).startsWith("st1-").hasSize(101);
        assertThat(JoinToken.parse(text)).isEqualTo(token);
    }

    @Test
    void capitalsAndWhiteSpaceAroundItDoNoHarm() {
        assertThat(JoinToken.parse("  " + text.toUpperCase(Locale.ROOT) + "\n")).isEqualTo(token);
    }

    @Test
    void lettersThatLookLikeDigitsAreTakenForThem() {
        var looksAlike = "st1-" + text.substring(4).replace('0', 'O').replace('1', 'l');

        assertThat(JoinToken.parse(looksAlike)).isEqualTo(token);
    }

    @Test
    void everySingleMistypedCharacterIsNoticed() {
        for (var i = 4; i < text.length(); i++) {
            var other = text.charAt(i) == '7' ? '8' : '7';
            var mistyped = text.substring(0, i) + other + text.substring(i + 1);
            assertRefused(mistyped, message -> assertThat(message).contains("mistyped"));
        }
    }

    @Test
    void swappedNeighboursAreNoticed() {
        for (var i = 4; i + 1 < text.length(); i++) {
            if (text.charAt(i) != text.charAt(i + 1)) {
                var swapped = text.substring(0, i) + text.charAt(i + 1) + text.charAt(i) + text.substring(i + 2);
                assertRefused(swapped, message -> assertThat(message).contains("mistyped"));
            }
        }
    }

    @Test
    void cutOffTokenIsCalledSo() {
        assertRefused(
                text.substring(0, 100), message -> assertThat(message).contains("cut off", "100 characters, not 101"));
        assertRefused("st1-", message -> assertThat(message).contains("cut off", "4 characters"));
        assertRefused(text + "0", message -> assertThat(message).contains("something behind it"));
    }

    @Test
    void foreignCharacterIsNamedWithItsPlace() {
        assertRefused(
                text.substring(0, 9) + "?" + text.substring(10),
                message -> assertThat(message).contains("character 10 is `?`"));
    }

    @Test
    void somethingElseIsCalledSo() {
        assertRefused("hunter2", message -> assertThat(message).contains("begin with `st1-`"));
        var access = new AccessToken(token.secret()).text();
        assertRefused(access, message -> assertThat(message).contains("begin with `st1-`"));
        assertThat(AccessToken.parse(access).secret()).isEqualTo(token.secret());
    }

    @Test
    void secretIsNotPrintedByAccident() {
        assertThat(token.toString()).doesNotContain(token.secret().key());
        assertThat(token.secret().matches(token.secret().hash())).isTrue();
        assertThat(token.secret().matches(Secret.random().hash())).isFalse();
    }

    /// No message repeats what was typed: logs are no place for it.
    private void assertRefused(String typed, Consumer<String> requirement) {
        assertThatThrownBy(() -> JoinToken.parse(typed)).isInstanceOfSatisfying(SteadingException.class, e -> {
            requirement.accept(e.failure().message());
            assertThat(e.failure().message())
                    .doesNotContain(token.secret().key().substring(8));
        });
    }
}

// SPDX-License-Identifier: Apache-2.0
package build.steading.project;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EmailAddressTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "a@b",
                "ann@example.org",
                "ann.b+builds@sub.example.org",
                "root@build-1",
                "o'neil@x.ie",
                "f/x@a.b"
            })
    void ordinaryAddressesAreAccepted(String text) {
        assertThat(new EmailAddress(text).text()).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "ann",
                "@example.org",
                "ann@",
                "ann@@example.org",
                "ann@example.org\r\nBcc: eve@example.org",
                "ann@example.org\n",
                "Ann <ann@example.org>",
                "ann@example.org, bob@example.org",
                "\"ann b\"@example.org",
                ".ann@example.org",
                "a..b@example.org",
                "ann@-example.org",
                "ann@example..org",
                "ann@[127.0.0.1]",
                "größe@example.org",
                "ann @example.org",
                "ann@example.org>",
                "\0@example.org"
            })
    void whatCouldMeanMoreThanOneAddressIsRefused(String text) {
        assertThatThrownBy(() -> new EmailAddress(text)).isInstanceOfSatisfying(SteadingException.class, e -> {
            assertThat(e.failure()).isInstanceOf(Failure.Invalid.class);
            assertThat(e.getMessage()).contains("allowed is an address").doesNotContainPattern("\\p{Cntrl}");
        });
    }

    @Test
    void lengthIsLimited() {
        var longest = "a".repeat(64) + "@" + "b.".repeat(94) + "c";

        assertThat(new EmailAddress(longest).text()).hasSize(254);
        assertThatThrownBy(() -> new EmailAddress("a".repeat(65) + "@b")).isInstanceOf(SteadingException.class);
        assertThatThrownBy(() -> new EmailAddress(longest + "c")).isInstanceOf(SteadingException.class);
    }

    @Test
    void spellingsOfOneAddressHaveOneKey() {
        assertThat(new EmailAddress("Ann@Example.ORG").key()).isEqualTo(new EmailAddress("ann@example.org").key());
    }
}

// SPDX-License-Identifier: Apache-2.0
package build.steading.server.tell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import build.steading.build.BuildId;
import build.steading.notify.Hook;
import build.steading.project.EmailAddress;
import build.steading.project.Notify.Event;
import build.steading.server.hook.HookConfig;
import build.steading.server.mail.MailConfig;
import build.steading.server.mail.MailConfig.Login;
import build.steading.server.mail.MailConfig.Tls;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TellingConfigTest {
    private static final Path DIRECTORY = Path.of("/state");

    private static TellingConfig parse(String text) {
        return TellingConfig.parse("server.yaml", text.getBytes(StandardCharsets.UTF_8), DIRECTORY);
    }

    @Test
    void everythingCanBeSaid() {
        var config = parse("""
            base-url: https://farm.example.org
            mail:
              host: smtp.example.org
              port: 2525
              from: builds@example.org
              tls: tls
              user: farm
              password-file: smtp-password
            hooks:
              chat:
                url: https://chat.example.org/hooks/42?t=x
                secret-file: /etc/chat-secret
                projects: [lua, python]
                on: [failed, changed]
            """);

        assertThat(config.links().page(new BuildId(3))).contains("https://farm.example.org/build/3");
        assertThat(config.mail())
                .contains(new MailConfig(
                        "smtp.example.org",
                        2525,
                        new EmailAddress("builds@example.org"),
                        Tls.TLS,
                        Optional.of(new Login("farm", Path.of("/state/smtp-password")))));
        assertThat(config.hooks())
                .containsExactly(new HookConfig(
                        new Hook("chat", Set.of("lua", "python"), Set.of(Event.FAILED, Event.CHANGED)),
                        URI.create("https://chat.example.org/hooks/42?t=x"),
                        Path.of("/etc/chat-secret")));
        assertThat(config.toString()).doesNotContain("t=x");
    }

    @Test
    void defaultsAreSafe() {
        var config = parse("""
            mail: {host: smtp, from: builds@example.org}
            hooks: {chat: {url: 'http://127.0.0.1:99/', secret-file: secret}}
            """);

        assertThat(config.mail().orElseThrow().tls()).isEqualTo(Tls.STARTTLS);
        assertThat(config.mail().orElseThrow().port()).isEqualTo(587);
        assertThat(config.hooks().getFirst().hook()).isEqualTo(new Hook("chat", Set.of(), Set.of(Event.FINISHED)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "# nothing\n", "mail:\n", "mail: null\nhooks: ~\n"})
    void nothingTellsNobody(String text) {
        assertThat(parse(text)).isEqualTo(TellingConfig.NONE);
    }

    @Test
    void allThatIsWrongIsSaidAtOnceWithItsPlace() {
        assertThatThrownBy(() -> parse("""
            maill: {}
            mail:
              hots: x
              from: "builds@example.org\\nBcc: eve@example.org"
              port: 70000
              tls: tsl
              user: farm
            hooks:
              a b: {url: 'ftp://x', secret-file: s, on: [faild]}
              c: {}
            base-url: farm.example.org
            """))
                .satisfies(e -> assertThat(e.getMessage().lines())
                        .containsExactly(
                                "server.yaml:1:1: Found `maill`, allowed here are `base-url`, `mail`, `hooks`; did you"
                                        + " mean `mail`?",
                                "server.yaml:2:1: Found no `host`, needed is the name or address of a mail server",
                                "server.yaml:2:1: Found only one of `user` and `password-file`, needed are both or"
                                        + " none",
                                "server.yaml:3:3: Found `hots`, allowed here are `host`, `port`, `from`, `tls`, `user`,"
                                        + " `password-file`; did you mean `host`?",
                                "server.yaml:4:9: Found `builds@example.org?Bcc: eve@example.org`, allowed here is an"
                                        + " address such as `builds@example.org`",
                                "server.yaml:5:9: Found the number `70000`, allowed here is a port from 1 to 65535",
                                "server.yaml:6:8: Found `tsl`, allowed here is one of `none`, `starttls`, `tls`; did"
                                        + " you mean `tls`?",
                                "server.yaml:9:3: Found the name `a b`, allowed are letters, digits, `.`, `_` and `-`,"
                                        + " at most 100 of them, the first one a letter or digit",
                                "server.yaml:9:14: Found `ftp://x`, allowed here is an address that begins with"
                                        + " `https://` or `http://`",
                                "server.yaml:9:46: Found `faild`, allowed here is one of `finished`, `succeeded`,"
                                        + " `failed`, `changed`; did you mean `failed`?",
                                "server.yaml:10:3: Found no `url`, needed is an address that begins with `https://` or"
                                        + " `http://`",
                                "server.yaml:10:3: Found no `secret-file`, needed is the path of a file with the"
                                        + " secret",
                                "server.yaml:11:11: Found `farm.example.org`, allowed here is an address that begins"
                                        + " with `https://` or `http://`, without `?` and `#`"));
    }

    @ParameterizedTest
    @CsvSource({"smtp.example.org, true", "127.0.0.1, false"})
    void passwordDoesNotCrossTheNetworkInTheClear(String host, boolean refused) {
        var text = "mail: {host: %s, from: a@b, tls: none, user: u, password-file: p}".formatted(host);
        if (refused) {
            assertThatThrownBy(() -> parse(text)).hasMessageContaining("in the clear");
        } else {
            assertThat(parse(text).mail()).isPresent();
        }
    }

    @Test
    void hooksThatDifferInCaseOnlyAreRefused() {
        var hook = "{url: 'http://x/', secret-file: s}";

        assertThatThrownBy(() -> parse("hooks: {chat: %s, Chat: %s}".formatted(hook, hook)))
                .hasMessageContaining("case only");
        assertThat(parse("hooks: {chat: %s, chat2: %s}".formatted(hook, hook)).hooks())
                .hasSize(2);
    }
}

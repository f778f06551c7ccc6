// SPDX-License-Identifier: Apache-2.0
package build.steading.server.mail;

import static build.steading.notify.Examples.ended;
import static build.steading.notify.Examples.log;
import static build.steading.notify.Examples.request;
import static build.steading.notify.Examples.task;
import static org.assertj.core.api.Assertions.assertThat;

import build.steading.blob.MemoryBlobStore;
import build.steading.build.BuildState;
import build.steading.build.MemoryBuildRecords;
import build.steading.build.Notice;
import build.steading.build.Notice.Channel;
import build.steading.build.TaskState;
import build.steading.digest.Digest;
import build.steading.notify.Carrier.Result;
import build.steading.notify.Examples;
import build.steading.notify.Links;
import build.steading.notify.MemoryOutbox;
import build.steading.notify.Message;
import build.steading.notify.Reports;
import build.steading.project.EmailAddress;
import build.steading.server.mail.MailConfig.Login;
import build.steading.server.mail.MailConfig.Tls;
import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MailCarrierTest {
    private final GreenMail server = new GreenMail(new ServerSetup(0, "127.0.0.1", "smtp"));
    private final MemoryBlobStore blobs = new MemoryBlobStore();
    private final MemoryBuildRecords records = new MemoryBuildRecords();

    @TempDir
    private Path directory;

    @BeforeEach
    void start() {
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop();
    }

    private MailCarrier carrier(int port, Optional<Login> login, Tls tls) {
        var config = new MailConfig("127.0.0.1", port, new EmailAddress("builds@farm.example.org"), tls, login);
        return new MailCarrier(config, new Reports(records, blobs), new Links(Optional.empty()));
    }

    private Result send(Message message) throws InterruptedException {
        return carrier(server.getSmtp().getPort(), Optional.empty(), Tls.NONE).carry(message);
    }

    private Message failed(String recipient) {
        var text = "gcc -c a.c\na.c:3:1: error: 'größe' undeclared <here>\nmake: *** [a.o] Error 1\n";
        var compile = task("compile", TaskState.FAILED, 2, Optional.of(log(blobs, text)));
        var request = records.open(Examples.fresh(), request(0, "ann", recipient));
        var notice = new Notice(Channel.MAIL, recipient, Optional.of(request.id()));
        records.save(ended(request.build(), BuildState.FAILED, Examples.NOW, compile), List.of(), List.of(notice));
        return new MemoryOutbox(records).all().getLast();
    }

    private MimeMessage received(int index) {
        return server.getReceivedMessages()[index];
    }

    @Test
    void failureArrivesInTwoFormsWithTheFirstErrorInBoth() throws Exception {
        assertThat(send(failed("ann@example.org"))).isInstanceOf(Result.Delivered.class);

        var mail = received(0);
        assertThat(mail.getSubject()).isEqualTo("lua - task compile failed (build 1)");
        assertThat(mail.getContentType()).startsWith("multipart/alternative");
        var parts = (MimeMultipart) mail.getContent();
        assertThat(parts.getBodyPart(0).getContentType()).startsWith("text/plain");
        assertThat((String) parts.getBodyPart(0).getContent()).contains("> a.c:3:1: error: 'größe' undeclared <here>");
        assertThat(parts.getBodyPart(1).getContentType()).startsWith("text/html");
        assertThat((String) parts.getBodyPart(1).getContent()).contains("&#39;größe&#39; undeclared &lt;here&gt;");
    }

    @Test
    void headersSayWhatKindOfMailItIsAndWhereItBelongs() throws Exception {
        var first = failed("ann@example.org");
        send(first);
        send(failed("ann@example.org"));

        var mail = received(0);
        assertThat(mail.getMessageID()).isEqualTo("<build-1.%s@farm.example.org>".formatted(first.fingerprint()));
        assertThat(mail.getHeader("List-Id", null)).isEqualTo("<lua.builds.farm.example.org>");
        assertThat(mail.getHeader("Auto-Submitted", null)).isEqualTo("auto-generated");
        assertThat(mail.getHeader("X-Steading-Verdict", null)).isEqualTo("failed");
        assertThat(mail.getSentDate()).isEqualTo(Date.from(Examples.NOW.truncatedTo(ChronoUnit.SECONDS)));
        assertThat(received(1).getHeader("References", null)).isEqualTo(mail.getHeader("References", null));
        assertThat(received(1).getMessageID()).isNotEqualTo(mail.getMessageID());
    }

    @Test
    void mailSentTwiceHasOneId() throws Exception {
        var message = failed("ann@example.org");
        send(message);
        send(message);

        assertThat(received(0).getMessageID()).isEqualTo(received(1).getMessageID());
    }

    @Test
    void logThatIsGoneDoesNotKeepTheNewsBack() throws Exception {
        var log = Digest.of(new byte[] {1, 2, 3});
        var request = records.open(Examples.fresh(), request(0, "ann", "ann@example.org"));
        var notice = new Notice(Channel.MAIL, "ann@example.org", Optional.of(request.id()));
        var compile = task("compile", TaskState.FAILED, 2, Optional.of(log));
        records.save(ended(request.build(), BuildState.FAILED, Examples.NOW, compile), List.of(), List.of(notice));

        assertThat(send(new MemoryOutbox(records).all().getLast())).isInstanceOf(Result.Delivered.class);
    }

    @Test
    void addressWithALineEndIsRefusedBeforeAnythingIsSent() throws Exception {
        assertThat(send(failed("ann@example.org\r\nBcc: eve@example.org"))).isInstanceOf(Result.Refused.class);
        assertThat(server.getReceivedMessages()).isEmpty();
    }

    @Test
    void passwordIsReadFromItsFile() throws Exception {
        server.setUser("builds@farm.example.org", "farm", "sesame 1");
        var file = Files.writeString(directory.resolve("password"), "sesame 1\n");
        var port = server.getSmtp().getPort();

        assertThat(carrier(port, Optional.of(new Login("farm", file)), Tls.NONE).carry(failed("ann@example.org")))
                .isInstanceOf(Result.Delivered.class);
        Files.writeString(file, "wrong");
        assertThat(carrier(port, Optional.of(new Login("farm", file)), Tls.NONE).carry(failed("ann@example.org")))
                .isInstanceOfSatisfying(
                        Result.NotNow.class,
                        it -> assertThat(it.why())
                                .contains("does not let us in")
                                .doesNotContain("wrong"));
        Files.delete(file);
        assertThat(carrier(port, Optional.of(new Login("farm", file)), Tls.NONE).carry(failed("ann@example.org")))
                .isInstanceOf(Result.NotNow.class);
    }

    @Test
    void withoutTlsNothingIsSentWhereItIsAskedFor() throws Exception {
        assertThat(carrier(server.getSmtp().getPort(), Optional.empty(), Tls.STARTTLS)
                        .carry(failed("ann@example.org")))
                .isInstanceOf(Result.NotNow.class);
        assertThat(server.getReceivedMessages()).isEmpty();
    }

    @Test
    void serverThatDoesNotListenIsForLater() throws Exception {
        var port = server.getSmtp().getPort();
        server.stop();

        assertThat(carrier(port, Optional.empty(), Tls.NONE).carry(failed("ann@example.org")))
                .isInstanceOfSatisfying(
                        Result.NotNow.class,
                        it -> assertThat(it.why()).contains("127.0.0.1:" + port).doesNotContainPattern("\\p{Cntrl}"));
    }

    @ParameterizedTest
    @CsvSource({
        "RCPT, 550 No such mailbox, true",
        "RCPT, 450 Mailbox busy, false",
        "MAIL, 553 Sender not welcome, true",
        "MAIL, 451 Come back later, false",
        "DATA, 554 No, true",
        "DATA, 421 Going down, false",
        "MAIL, 530 Log in first, false",
    })
    void lastingRefusalsAreFinal(String command, String answer, boolean last) throws Exception {
        try (var refusing = new ScriptedSmtp(Map.of(command, answer))) {
            var result = carrier(refusing.port(), Optional.empty(), Tls.NONE).carry(failed("ann@example.org"));

            assertThat(result).isInstanceOf(last ? Result.Refused.class : Result.NotNow.class);
            assertThat(result.toString()).contains(answer.substring(4));
            assertThat(refusing.commands).contains("EHLO farm.example.org");
        }
    }

    @Test
    void envelopeNamesSenderAndRecipient() throws IOException, InterruptedException {
        try (var refusing = new ScriptedSmtp(Map.of("DATA", "554 No"))) {
            carrier(refusing.port(), Optional.empty(), Tls.NONE).carry(failed("ann@example.org"));

            assertThat(refusing.commands).contains("MAIL FROM:<builds@farm.example.org>", "RCPT TO:<ann@example.org>");
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package build.steading.server.mail;

import build.steading.build.BuildSpec;
import build.steading.digest.Digest;
import build.steading.notify.Links;
import build.steading.notify.Message;
import build.steading.notify.Report;
import build.steading.project.EmailAddress;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.nio.charset.StandardCharsets;
import java.util.Date;
import java.util.Locale;

/// One mail. Made again for the same message it has the same id, so that a program that gets both shows one. Not
/// thread-safe.
final class Mail extends MimeMessage {
    private static final String UTF_8 = StandardCharsets.UTF_8.name();

    private final String id;

    private Mail(Session session, String id) {
        super(session);
        this.id = id;
    }

    /// Writes the mail to the recipient of `message`.
    ///
    /// @param from who sends it; its domain is part of all ids
    static Mail write(Session session, EmailAddress from, Report report, Message message, Links links)
            throws MessagingException {
        var letter = Letter.about(report, message, links);
        var spec = report.build().spec();
        var to = new EmailAddress(message.notice().recipient());
        var mail =
                new Mail(session, "<build-%s.%s@%s>".formatted(message.build(), message.fingerprint(), from.domain()));
        mail.setFrom(new InternetAddress("Steading <" + from.text() + ">"));
        mail.setRecipient(RecipientType.TO, new InternetAddress(to.text()));
        mail.setSubject(letter.subject(), UTF_8);
        mail.setSentDate(Date.from(message.created()));
        // Programs that show threads put all builds of a branch into one.
        mail.setHeader("References", "<branch.%s@%s>".formatted(branch(spec), from.domain()));
        mail.setHeader("In-Reply-To", "<branch.%s@%s>".formatted(branch(spec), from.domain()));
        mail.setHeader("List-Id", "<%s.builds.%s>".formatted(label(spec.project()), from.domain()));
        mail.setHeader("Auto-Submitted", "auto-generated");
        mail.setHeader("X-Auto-Response-Suppress", "All");
        mail.setHeader("X-Steading-Verdict", word(report.build().state()));
        mail.setContent(alternatives(letter));
        mail.saveChanges();
        return mail;
    }

    private static MimeMultipart alternatives(Letter letter) throws MessagingException {
        var plain = new MimeBodyPart();
        plain.setText(PlainLetter.write(letter), UTF_8);
        var html = new MimeBodyPart();
        html.setText(HtmlLetter.write(letter), UTF_8, "html");
        return new MimeMultipart("alternative", plain, html);
    }

    @Override
    protected void updateMessageID() throws MessagingException {
        setHeader("Message-ID", id);
    }

    private static String branch(BuildSpec spec) {
        return Digest.of(spec.line().getBytes(StandardCharsets.UTF_8)).hash().substring(0, 32);
    }

    private static String label(String project) {
        var label = project.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9-]+", "-");
        return label.substring(0, Math.min(60, label.length()));
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}

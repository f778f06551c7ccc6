// SPDX-License-Identifier: Apache-2.0
package build.steading.server.mail;

import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.notify.Carrier;
import build.steading.notify.Links;
import build.steading.notify.Message;
import build.steading.notify.Report;
import build.steading.notify.Reports;
import build.steading.server.mail.MailConfig.Login;
import build.steading.server.mail.MailConfig.Tls;
import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Properties;
import java.util.Set;
import org.eclipse.angus.mail.smtp.SMTPAddressFailedException;
import org.eclipse.angus.mail.smtp.SMTPSendFailedException;
import org.eclipse.angus.mail.smtp.SMTPSenderFailedException;

/// Sends mails, each by a connection of its own. Thread-safe.
public final class MailCarrier implements Carrier {
    private static final String CONNECT_MILLIS = "10000";
    private static final String ANSWER_MILLIS = "30000";

    /// Of the lasting refusals, those that an administrator puts right rather than the recipient: login and TLS.
    private static final Set<Integer> OURS_TO_MEND = Set.of(530, 534, 535, 538);

    private final MailConfig config;
    private final Reports reports;
    private final Links links;

    public MailCarrier(MailConfig config, Reports reports, Links links) {
        this.config = config;
        this.reports = reports;
        this.links = links;
    }

    @Override
    public Result carry(Message message) throws InterruptedException {
        try {
            return send(reports.on(message), message);
        } catch (SteadingException e) {
            return switch (e.failure()) {
                case Failure.NotFound(var why) -> new Result.Refused(why);
                case Failure.Invalid(var why) -> new Result.Refused(why);
                case Failure.Denied _,
                        Failure.MissingBlobs _,
                        Failure.Overloaded _,
                        Failure.Unsupported _,
                        Failure.Unavailable _ -> new Result.NotNow(e.failure().message());
            };
        }
    }

    private Result send(Report report, Message message) throws InterruptedException {
        try {
            var session = Session.getInstance(properties());
            var mail = Mail.write(session, config.from(), report, message, links);
            var login = config.login();
            try (var transport = session.getTransport()) {
                transport.connect(
                        config.host(),
                        config.port(),
                        login.map(Login::user).orElse(null),
                        login.isPresent() ? password(login.get()) : null);
                transport.sendMessage(mail, mail.getAllRecipients());
            }
            return new Result.Delivered();
        } catch (MessagingException e) {
            if (Thread.interrupted()) {
                throw new InterruptedException("Cut off while sending a mail");
            }
            return refusal(e);
        }
    }

    private Properties properties() {
        var protocol = config.tls() == Tls.TLS ? "smtps" : "smtp";
        var prefix = "mail." + protocol + ".";
        var properties = new Properties();
        properties.setProperty("mail.transport.protocol", protocol);
        properties.setProperty(prefix + "localhost", config.from().domain());
        properties.setProperty(prefix + "connectiontimeout", CONNECT_MILLIS);
        properties.setProperty(prefix + "timeout", ANSWER_MILLIS);
        properties.setProperty(prefix + "writetimeout", ANSWER_MILLIS);
        properties.setProperty(prefix + "from", config.from().text());
        properties.setProperty(prefix + "auth", Boolean.toString(config.login().isPresent()));
        properties.setProperty(prefix + "ssl.checkserveridentity", "true");
        properties.setProperty(prefix + "ssl.protocols", "TLSv1.3 TLSv1.2");
        if (config.tls() == Tls.STARTTLS) {
            properties.setProperty(prefix + "starttls.enable", "true");
            properties.setProperty(prefix + "starttls.required", "true");
        }
        return properties;
    }

    private static String password(Login login) {
        try {
            return Files.readString(login.passwordFile()).strip();
        } catch (IOException e) {
            throw SteadingException.unavailable(
                    "The password file `%s` of `mail` cannot be read".formatted(login.passwordFile()), e);
        }
    }

    private Result refusal(MessagingException e) {
        var server = "%s:%d".formatted(config.host(), config.port());
        // What the server answered comes last; before it, that something is wrong with some address.
        Exception answer = e;
        while (answer instanceof MessagingException outer && outer.getNextException() != null) {
            answer = outer.getNextException();
        }
        var code = code(answer);
        if (code >= 500 && code < 600 && !OURS_TO_MEND.contains(code)) {
            return new Result.Refused("`%s` refuses: %s".formatted(server, line(answer)));
        }
        var what = e instanceof AuthenticationFailedException ? "does not let us in" : "does not take it";
        return new Result.NotNow("`%s` %s: %s".formatted(server, what, line(answer)));
    }

    private static int code(Exception e) {
        return switch (e) {
            case SMTPSendFailedException refused -> refused.getReturnCode();
            case SMTPAddressFailedException refused -> refused.getReturnCode();
            case SMTPSenderFailedException refused -> refused.getReturnCode();
            default -> 0;
        };
    }

    private static String line(Exception e) {
        return String.valueOf(e.getMessage()).replaceAll("\\p{Cntrl}+", " ").strip();
    }
}

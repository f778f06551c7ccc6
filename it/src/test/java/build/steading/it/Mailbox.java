// SPDX-License-Identifier: Apache-2.0
package build.steading.it;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import jakarta.mail.Message.RecipientType;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/// An SMTP server that keeps what it gets.
final class Mailbox implements AutoCloseable {
    private static final Pattern ID = Pattern.compile("<build-(\\d+)\\..*>");

    private final ServerSocket silence;
    private final GreenMail server;
    private final List<Socket> callers = new ArrayList<>();

    /// What a mail says of a build.
    ///
    /// @param id the same for a mail that was sent again
    record Letter(String id, String to, String build, String verdict) {}

    private Mailbox() throws IOException {
        silence = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        server = new GreenMail(new ServerSetup(silence.getLocalPort(), "127.0.0.1", "smtp"));
    }

    /// Returns one that does not say a word to whoever connects, until it listens.
    static Mailbox silent() {
        // Senders that are killed break connections; that is none of a story's troubles.
        Awaitility.doNotCatchUncaughtExceptionsByDefault();
        try {
            return new Mailbox();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Mailbox open() {
        var mailbox = silent();
        mailbox.listen();
        return mailbox;
    }

    /// Waits until somebody has connected, who is kept waiting.
    void awaitCaller() {
        try {
            callers.add(silence.accept());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Takes mail from now on.
    void listen() {
        try {
            silence.close();
            for (var caller : callers) {
                caller.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.start();
    }

    /// Returns what says in a `server.yaml` that mail goes here.
    String configuration() {
        return """
            mail:
              host: 127.0.0.1
              port: %d
              from: builds@farm.example.org
              tls: none
            """.formatted(silence.getLocalPort());
    }

    /// Returns all mails, each as often as it came.
    List<Letter> letters() {
        return Stream.of(server.getReceivedMessages()).map(Mailbox::letter).toList();
    }

    private static Letter letter(MimeMessage mail) {
        try {
            var id = mail.getMessageID();
            var build = ID.matcher(id);
            if (!build.matches()) {
                throw new AssertionError(id);
            }
            var to = mail.getRecipients(RecipientType.TO)[0].toString();
            return new Letter(id, to, build.group(1), mail.getHeader("X-Steading-Verdict", null));
        } catch (MessagingException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        server.stop();
        try {
            silence.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

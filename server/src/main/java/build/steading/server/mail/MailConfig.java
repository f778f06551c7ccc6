// SPDX-License-Identifier: Apache-2.0
package build.steading.server.mail;

import build.steading.failure.SteadingException;
import build.steading.project.EmailAddress;
import build.steading.yaml.Fields;
import build.steading.yaml.Value;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// How to reach the mail server.
///
/// @param host name or address
/// @param from the sender of all mails
/// @param login empty to send without
public record MailConfig(String host, int port, EmailAddress from, Tls tls, Optional<Login> login) {
    /// How the connection is protected. Certificates are checked whenever there are any.
    public enum Tls {
        /// Not at all.
        NONE(25),
        /// Begun in the clear; without TLS, nothing is sent.
        STARTTLS(587),
        /// From the first byte.
        TLS(465);

        private final int port;

        Tls(int port) {
            this.port = port;
        }
    }

    /// @param passwordFile holds the password, read whenever it is needed
    public record Login(String user, Path passwordFile) {}

    private static final List<String> KEYS = List.of("host", "port", "from", "tls", "user", "password-file");
    private static final Pattern HOST =
            Pattern.compile("[A-Za-z0-9]([A-Za-z0-9.-]{0,252}[A-Za-z0-9])?|[0-9A-Fa-f:.]{2,45}");
    private static final String HOST_ALLOWED = "the name or address of a mail server";
    private static final String PORT_ALLOWED = "a port from 1 to 65535";
    private static final String FROM_ALLOWED = "an address such as `builds@example.org`";
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "::1");

    /// Reads the section `mail`.
    ///
    /// @param directory to which relative paths refer
    /// @return empty if the section says nothing, or something is wrong in it, which is noted there
    public static Optional<MailConfig> read(Value section, Path directory) {
        if (section.isNothing()) {
            return Optional.empty();
        }
        var fields = Fields.of(section, KEYS);
        var host = fields.required("host", HOST_ALLOWED).flatMap(value -> value.text(HOST, HOST_ALLOWED));
        var from = fields.required("from", FROM_ALLOWED).flatMap(MailConfig::address);
        var tls = fields.get("tls").flatMap(value -> value.constant(Tls.class)).orElse(Tls.STARTTLS);
        var port = fields.get("port").flatMap(MailConfig::port).orElse(tls.port);
        var login = login(section, fields, directory);
        if (login.isPresent() && tls == Tls.NONE && !LOOPBACK.contains(host.orElse("localhost"))) {
            section.problem("Found `tls: none` and a password, which would cross the network in the clear: allowed are"
                    + " `starttls` and `tls`");
        }
        return host.flatMap(name -> from.map(sender -> new MailConfig(name, port, sender, tls, login)));
    }

    private static Optional<EmailAddress> address(Value value) {
        try {
            return value.text(FROM_ALLOWED).map(EmailAddress::new);
        } catch (SteadingException _) {
            value.wrong(FROM_ALLOWED);
            return Optional.empty();
        }
    }

    private static Optional<Integer> port(Value value) {
        var port = value.number(PORT_ALLOWED);
        if (port.isPresent() && (port.get() < 1 || port.get() > 65535)) {
            value.wrong(PORT_ALLOWED);
            return Optional.empty();
        }
        return port.map(Long::intValue);
    }

    private static Optional<Login> login(Value section, Fields fields, Path directory) {
        var user = fields.text("user", "the name to log in with");
        var file = fields.text("password-file", "the path of a file with the password");
        if (section.isMapping()
                && fields.get("user").isPresent() != fields.get("password-file").isPresent()) {
            section.problem("Found only one of `user` and `password-file`, needed are both or none");
        }
        return user.flatMap(name -> file.map(path -> new Login(name, directory.resolve(path))));
    }
}

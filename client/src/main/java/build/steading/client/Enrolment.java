// SPDX-License-Identifier: Apache-2.0
package build.steading.client;

import build.steading.api.v1.EnrolRequest;
import build.steading.api.v1.EnrolmentGrpc;
import build.steading.api.v1.IssuedCertificate;
import build.steading.api.v1.RenewRequest;
import build.steading.auth.Credentials;
import build.steading.auth.Fingerprint;
import build.steading.auth.Identity;
import build.steading.auth.JoinToken;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.lifecycle.Resources;
import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.StatusException;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Gets certificates from a farm. The private key stays where it was made.
public final class Enrolment {
    private static final long ANSWER_BYTES = 1 << 16;

    private final RetryPolicy policy;

    public Enrolment(RetryPolicy policy) {
        this.policy = policy;
    }

    /// Joins the farm that `token` is of, and stores what it answers in `credentials`. May be called again after
    /// a failure.
    ///
    /// @param server `grpcs://HOST:PORT`
    /// @param name what to be called; may be empty if the token says it
    /// @return who we are from now on
    /// @throws SteadingException with `Denied` if the server is of another farm, or does not let us join, and why
    public Identity join(URI server, JoinToken token, String name, Credentials credentials) {
        if (!"grpcs".equals(server.getScheme())) {
            throw SteadingException.invalid("A farm is joined at `grpcs://HOST:PORT`, not at `%s`", server);
        }
        var request = EnrolRequest.newBuilder()
                .setSecret(token.secret().text())
                .setSigningRequest(ByteString.copyFrom(credentials.signingRequest()))
                .setName(name)
                .build();
        try (var resources = new Resources()) {
            var eventLoop = Channels.newEventLoop();
            resources.add(() -> Channels.end(eventLoop));
            var channel = Channels.open(server, token.authority(), eventLoop);
            resources.add(() -> Channels.stop(channel));
            var issued = ask(channel, stub -> stub.enrol(request));
            credentials.store(checked(issued, token.authority()), server);
        }
        return credentials.identity();
    }

    /// Asks whether the farm still lets us in.
    ///
    /// @return why it does not; empty if it does, or does not answer
    public Optional<String> refusal(Credentials credentials) {
        try (var resources = new Resources()) {
            var eventLoop = Channels.newEventLoop();
            resources.add(() -> Channels.end(eventLoop));
            var channel = Channels.open(credentials.server(), new Access.Member(credentials), eventLoop);
            resources.add(() -> Channels.stop(channel));
            var _ = new ServerLimits(new Connection(channel, "", policy)).batchBytes();
            return Optional.empty();
        } catch (SteadingException e) {
            return e.failure() instanceof Failure.Denied(var why) ? Optional.of(why) : Optional.empty();
        }
    }

    /// Gets and stores the next certificate for the same name and key.
    ///
    /// @throws SteadingException with `Denied` if the farm does not want us any more
    public void renew(Credentials credentials) {
        var request = RenewRequest.newBuilder()
                .setSigningRequest(ByteString.copyFrom(credentials.signingRequest()))
                .build();
        var server = credentials.server();
        var authority = Fingerprint.of(credentials.get().authority());
        try (var resources = new Resources()) {
            var eventLoop = Channels.newEventLoop();
            resources.add(() -> Channels.end(eventLoop));
            var channel = Channels.open(server, new Access.Member(credentials), eventLoop);
            resources.add(() -> Channels.stop(channel));
            var issued = ask(channel, stub -> stub.renew(request));
            credentials.store(checked(issued, authority), server);
        }
    }

    /// A question to the server.
    @FunctionalInterface
    private interface Question {
        IssuedCertificate ask(EnrolmentGrpc.EnrolmentBlockingV2Stub stub) throws StatusException;
    }

    private IssuedCertificate ask(ManagedChannel channel, Question question) {
        var connection = new Connection(channel, "", policy);
        return connection.retrying(
                () -> question.ask(connection.withDeadline(EnrolmentGrpc.newBlockingV2Stub(channel), ANSWER_BYTES)));
    }

    /// Returns the certificates of an answer, the last of which is the authority's that we know.
    private static List<X509Certificate> checked(IssuedCertificate issued, Fingerprint authority) {
        var certificates = new ArrayList<X509Certificate>();
        try {
            var factory = CertificateFactory.getInstance("X.509");
            for (var encoded : issued.getCertificatesList()) {
                certificates.add((X509Certificate) factory.generateCertificate(encoded.newInput()));
            }
            if (certificates.size() < 2
                    || !Fingerprint.of(certificates.getLast()).equals(authority)) {
                throw new SteadingException(
                        new Failure.Denied("The server has answered with a certificate of another authority"));
            }
            certificates.getFirst().verify(certificates.getLast().getPublicKey());
            return certificates;
        } catch (GeneralSecurityException e) {
            throw new SteadingException(
                    new Failure.Denied("The server has answered with a certificate that does not hold"), e);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import build.steading.api.v1.ChangeMemberRequest;
import build.steading.api.v1.CreateTokenRequest;
import build.steading.api.v1.IssuedCertificate;
import build.steading.api.v1.MemberInfo;
import build.steading.api.v1.TokenInfo;
import build.steading.auth.Identity;
import build.steading.auth.Member;
import build.steading.auth.MemberBook;
import build.steading.auth.Role;
import build.steading.auth.Token;
import build.steading.auth.TokenTerms;
import build.steading.failure.SteadingException;
import com.google.protobuf.ByteString;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/// Translates between messages about tokens and members, and their values.
final class EnrolmentProtos {
    private static final Duration LIFE = Duration.ofDays(1);

    private EnrolmentProtos() {}

    static IssuedCertificate issued(List<X509Certificate> certificates) {
        var issued = IssuedCertificate.newBuilder();
        for (var certificate : certificates) {
            try {
                issued.addCertificates(ByteString.copyFrom(certificate.getEncoded()));
            } catch (CertificateEncodingException e) {
                throw new IllegalStateException(e);
            }
        }
        return issued.build();
    }

    static TokenTerms terms(CreateTokenRequest request) {
        var kind = switch (request.getKind()) {
            case JOIN -> TokenTerms.Kind.JOIN;
            case ACCESS -> TokenTerms.Kind.ACCESS;
            case UNRECOGNIZED -> throw SteadingException.invalid("Kind of token is neither JOIN nor ACCESS");
        };
        return new TokenTerms(
                kind,
                role(request.getRole()),
                Optional.of(request.getName()).filter(name -> !name.isEmpty()),
                request.getReplaces(),
                request.getUses() == 0 ? 1 : request.getUses(),
                life(request.getLifeSeconds()));
    }

    private static Duration life(long seconds) {
        return seconds == 0 ? LIFE : Duration.ofSeconds(seconds);
    }

    static Identity identity(MemberInfo.Role role, String name) {
        if (!Identity.isName(name)) {
            throw SteadingException.invalid("`%s` is not a name", name);
        }
        return new Identity(name, role(role));
    }

    static MemberBook.Change change(ChangeMemberRequest.Change change) {
        return switch (change) {
            case DRAIN -> MemberBook.Change.DRAIN;
            case RESUME -> MemberBook.Change.RESUME;
            case REVOKE -> MemberBook.Change.REVOKE;
            case REMOVE -> MemberBook.Change.REMOVE;
            case CHANGE_UNSPECIFIED, UNRECOGNIZED ->
                throw SteadingException.invalid("Change is none of DRAIN, RESUME, REVOKE and REMOVE");
        };
    }

    static TokenInfo info(Token token) {
        var terms = token.terms();
        var info = TokenInfo.newBuilder()
                .setId(token.id())
                .setKind(
                        switch (terms.kind()) {
                            case JOIN -> CreateTokenRequest.Kind.JOIN;
                            case ACCESS -> CreateTokenRequest.Kind.ACCESS;
                        })
                .setRole(role(terms.role()))
                .setName(terms.name().orElse(""))
                .setReplaces(terms.replaces())
                .setUses(terms.uses())
                .setUsed(token.used())
                .setCreator(token.creator())
                .setCreatedMicros(micros(token.created()))
                .setExpiresMicros(micros(token.expires()));
        token.lastUse().ifPresent(use -> info.setLastUser(use.name()).setLastUsedMicros(micros(use.at())));
        return info.build();
    }

    static MemberInfo info(Member member) {
        var info = MemberInfo.newBuilder()
                .setRole(role(member.identity().role()))
                .setName(member.identity().name())
                .setKeyFingerprint(member.key().hex())
                .setIssuedMicros(micros(member.issued()))
                .setExpiresMicros(micros(member.expires()))
                .setState(
                        switch (member.state()) {
                            case ACTIVE -> MemberInfo.State.ACTIVE;
                            case DRAINING -> MemberInfo.State.DRAINING;
                            case REVOKED -> MemberInfo.State.REVOKED;
                        })
                .setToken(member.token());
        member.seen().ifPresent(seen -> info.setSeenMicros(micros(seen)));
        return info.build();
    }

    private static Role role(MemberInfo.Role role) {
        return switch (role) {
            case VIEWER -> Role.VIEWER;
            case BUILDER -> Role.BUILDER;
            case WORKER -> Role.WORKER;
            case ADMIN -> Role.ADMIN;
            case ROLE_UNSPECIFIED, UNRECOGNIZED ->
                throw SteadingException.invalid("Role is none of VIEWER, BUILDER, WORKER and ADMIN");
        };
    }

    private static MemberInfo.Role role(Role role) {
        return switch (role) {
            case VIEWER -> MemberInfo.Role.VIEWER;
            case BUILDER -> MemberInfo.Role.BUILDER;
            case WORKER -> MemberInfo.Role.WORKER;
            case ADMIN -> MemberInfo.Role.ADMIN;
        };
    }

    private static long micros(Instant time) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, time);
    }
}

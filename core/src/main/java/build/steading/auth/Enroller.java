// SPDX-License-Identifier: Apache-2.0
package build.steading.auth;

import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/// Lets machines and users join by token, and renews their certificates. Thread-safe.
///
/// A name belongs to the key that joined with it first. A token is used up only by a joining that succeeds; who
/// lost the answer to his may ask again with the same key.
public final class Enroller {
    private final Authority authority;
    private final TokenBook tokens;
    private final MemberBook members;
    private final InstantSource clock;

    public Enroller(Authority authority, TokenBook tokens, MemberBook members, InstantSource clock) {
        this.authority = authority;
        this.tokens = tokens;
        this.members = members;
        this.clock = clock;
    }

    /// Makes a member of the holder of the request's key.
    ///
    /// @param secret the text of the token's [Secret]
    /// @param signingRequest encoded, as by [Credentials#signingRequest]
    /// @param wanted the name; may be empty if the token has one
    /// @return its certificate, and the authority's
    /// @throws SteadingException with `Denied` if the token does not hold, or the name is another's; with
    ///     `Invalid` if there is no such name
    public List<X509Certificate> enrol(String secret, byte[] signingRequest, String wanted) {
        var shown = Secret.parse(secret)
                .orElseThrow(() -> SteadingException.invalid("The secret of the join token is malformed"));
        var token = tokens.joining(shown);
        // Only now: to check a request costs more than to refuse a stranger.
        var request = SigningRequest.parse(signingRequest);
        var identity = new Identity(name(token.terms(), wanted), token.terms().role());
        var before = members.find(identity);
        var key = Fingerprint.of(request.key());
        before.ifPresent(member -> checkMayReturn(member, key, token.terms()));
        var again = before.filter(member -> isRepeated(member, key, token)).isPresent();
        if (token.usedUp() && !again) {
            throw tokens.usedUp(token.id());
        }
        var certificates = authority.sign(identity, request);
        var joined = Member.joined(identity, certificates.getFirst(), clock.instant(), token.id());
        // Who comes back does not thereby end what an admin wants of him.
        var member = before.filter(earlier -> earlier.key().equals(key))
                .map(earlier -> joined.in(earlier.state()))
                .orElse(joined);
        if (!members.store(before, member)) {
            throw denied("%s is just joining from elsewhere".formatted(identity.described()));
        }
        if (!again && !tokens.use(token.id(), identity.name())) {
            members.undo(before, member);
            throw tokens.usedUp(token.id());
        }
        if (before.filter(earlier -> !earlier.key().equals(key)).isPresent()) {
            members.tellLeft(identity);
        }
        return certificates;
    }

    /// Makes the next certificate of a member.
    ///
    /// @param caller who has shown the present certificate
    /// @return its certificate, and the authority's
    /// @throws SteadingException with `Denied` if the request is for another key than the caller's own
    public List<X509Certificate> renew(Identity caller, byte[] signingRequest) {
        var request = SigningRequest.parse(signingRequest);
        var before = members.find(caller)
                .filter(member -> member.state() != MemberState.REVOKED)
                .orElseThrow(() -> denied("%s is no member of this farm".formatted(caller.described())));
        if (!before.key().equals(Fingerprint.of(request.key()))) {
            throw denied("%s keeps the key that it joined with; for another key, join again with a new token"
                    .formatted(caller.described()));
        }
        var certificates = authority.sign(caller, request);
        if (!members.store(Optional.of(before), before.renewed(certificates.getFirst(), clock.instant()))) {
            throw denied("%s has just been changed; try again".formatted(caller.described()));
        }
        return certificates;
    }

    private static String name(TokenTerms terms, String wanted) {
        var fixed = terms.name();
        if (fixed.isPresent() && !wanted.isEmpty() && !wanted.equals(fixed.get())) {
            throw denied("This join token is for the name `%s`, not for `%s`".formatted(fixed.get(), wanted));
        }
        var name = fixed.orElse(wanted);
        if (!Identity.isName(name)) {
            throw SteadingException.invalid(
                    "`%s` is not a name; allowed are 1 to 64 letters, digits, `.`, `_`, `@` and `-`, beginning with a"
                            + " letter or digit",
                    name);
        }
        return name;
    }

    private static void checkMayReturn(Member member, Fingerprint key, TokenTerms terms) {
        var who = member.identity();
        if (member.state() == MemberState.REVOKED) {
            throw denied(
                    "%s was revoked; an admin has to remove it before it can join again".formatted(who.described()));
        }
        if (!member.key().equals(key) && !terms.replaces()) {
            throw denied(
                    "%s has joined with another key at %s: choose another name, or ask an admin to remove it, or for a token that replaces it (`steading token create %s --name %s --replace`)"
                            .formatted(
                                    who.described(), member.issued(), who.role().text(), who.name()));
        }
    }

    /// A token that its user has used already still answers him, while the certificate lasts that he may have
    /// missed.
    private boolean isRepeated(Member member, Fingerprint key, Token token) {
        return member.key().equals(key)
                && member.token().equals(token.id())
                && clock.instant().isBefore(member.expires());
    }

    private static SteadingException denied(String message) {
        return new SteadingException(new Failure.Denied(message));
    }
}

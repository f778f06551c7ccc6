// SPDX-License-Identifier: Apache-2.0
package build.steading.auth;

import build.steading.failure.SteadingException;
import java.time.Duration;
import java.util.Optional;

/// What an admin allows by a token.
///
/// @param role what its users become
/// @param name what its users are called; empty if they choose
/// @param replaces whether a machine with another key may take over the name
/// @param uses how many may join by it; an access token may be shown without limit
/// @param life how long it holds
public record TokenTerms(Kind kind, Role role, Optional<String> name, boolean replaces, int uses, Duration life) {
    /// What a token is good for.
    public enum Kind {
        /// To be exchanged for a certificate.
        JOIN,
        /// To be shown at each call.
        ACCESS
    }

    public static final int MAX_USES = 10_000;
    public static final Duration MAX_LIFE = Duration.ofDays(10 * 365);

    /// @throws SteadingException with `Invalid` if they make no sense
    public TokenTerms {
        if (name.isPresent() && !Identity.isName(name.get())) {
            throw SteadingException.invalid(
                    "`%s` is not a name; allowed are letters, digits, `.`, `_`, `@` and `-`", name.get());
        }
        if (kind == Kind.ACCESS && (role == Role.WORKER || name.isEmpty())) {
            throw SteadingException.invalid(
                    "An access token is for a named viewer, builder or admin; workers join by a join token");
        }
        if (replaces && name.isEmpty()) {
            throw SteadingException.invalid("A token that lets a machine be replaced has to name it");
        }
        if (uses < 1 || uses > MAX_USES) {
            throw SteadingException.invalid("A token has 1 to %d uses, not %d", MAX_USES, uses);
        }
        if (!life.isPositive() || life.compareTo(MAX_LIFE) > 0) {
            throw SteadingException.invalid("A token holds for at most %d days, not for `%s`", MAX_LIFE.toDays(), life);
        }
    }

    /// Returns terms by which one machine or user may join, within `life`.
    public static TokenTerms once(Role role, Duration life) {
        return new TokenTerms(Kind.JOIN, role, Optional.empty(), false, 1, life);
    }

    /// Returns terms by which `identity` may call without a certificate.
    public static TokenTerms access(Identity identity, Duration life) {
        return new TokenTerms(Kind.ACCESS, identity.role(), Optional.of(identity.name()), false, 1, life);
    }

    public TokenTerms named(String wanted) {
        return new TokenTerms(kind, role, Optional.of(wanted), replaces, uses, life);
    }

    public TokenTerms replacing() {
        return new TokenTerms(kind, role, name, true, uses, life);
    }

    public TokenTerms times(int wanted) {
        return new TokenTerms(kind, role, name, replaces, wanted, life);
    }
}

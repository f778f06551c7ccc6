// SPDX-License-Identifier: Apache-2.0
package build.steading.platform;

import java.util.Set;

/// What a worker is willing to run: an expression in CEL over the [RequestFacts] of a request, for instance
/// `project in ["lua", "zlib"] && requester != "mallory"`. Policies are equal if their expressions are.
///
/// Immutable and thread-safe.
public final class Policy {
    /// The worker runs whatever fits.
    public static final Policy ANYTHING = new Policy(Requirement.ANY);

    private final Requirement condition;

    private Policy(Requirement condition) {
        this.condition = condition;
    }

    /// @param cel blank for [#ANYTHING]
    /// @throws build.steading.failure.SteadingException with `Invalid` if it is not an expression, or one that
    ///     can never be true or false
    public static Policy parse(String cel) {
        var condition = Requirement.parse(cel);
        return condition.equals(Requirement.ANY) ? ANYTHING : new Policy(condition);
    }

    public String expression() {
        return condition.expression();
    }

    /// Returns whether the worker is willing to run what is asked for, and if not, why.
    public Fit check(RequestFacts facts) {
        return condition.check(facts.properties());
    }

    /// Returns the names of the facts that the policy looks at: no others make a difference to [#check].
    public Set<String> facts() {
        return condition.properties();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Policy that && condition.equals(that.condition);
    }

    @Override
    public int hashCode() {
        return condition.hashCode();
    }

    /// Returns the expression.
    @Override
    public String toString() {
        return condition.toString();
    }
}

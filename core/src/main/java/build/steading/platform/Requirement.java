// SPDX-License-Identifier: Apache-2.0
package build.steading.platform;

import build.steading.failure.SteadingException;
import java.util.List;

/// What an action requires of a worker: an expression in CEL over the worker's [Properties], for instance `os ==
/// "linux" && memory >= 8 * GiB && tool("gcc") >= "12.2"`. Requirements are equal if their expressions are. What
/// else an expression can say, `docs/requirements.md` tells.
///
/// Immutable and thread-safe. To parse an expression that was parsed lately costs next to nothing.
public final class Requirement {
    /// Every worker fits.
    public static final Requirement ANY = new Requirement("true", List.of());

    private final String expression;
    private final List<Condition> conditions;

    private Requirement(String expression, List<Condition> conditions) {
        this.expression = expression;
        this.conditions = conditions;
    }

    /// Reads an expression. Which properties it names is free, for every farm has its own.
    ///
    /// @param cel blank for [#ANY]
    /// @throws SteadingException with `Invalid` if it is not an expression, or one that can never be true or
    ///     false
    public static Requirement parse(String cel) {
        var expression = cel.strip();
        if (expression.isEmpty() || expression.equals("true")) {
            return ANY;
        }
        return new Requirement(expression, Conditions.parse(Dialect.REQUIREMENT, expression));
    }

    public String expression() {
        return expression;
    }

    /// Returns a requirement that is met where this one and `other` are.
    public Requirement and(Requirement other) {
        if (equals(ANY) || equals(other)) {
            return other;
        }
        if (other.equals(ANY)) {
            return this;
        }
        return parse("(" + expression + ") && (" + other.expression + ")");
    }

    /// Returns whether a worker meets every condition, that is, every operand of a conjunction. A condition on a
    /// property that the worker does not have is not met, unless the rest of it decides.
    public Fit check(Properties worker) {
        if (conditions.isEmpty()) {
            return new Fit.Fits();
        }
        return Conditions.check(conditions, worker);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Requirement that && expression.equals(that.expression);
    }

    @Override
    public int hashCode() {
        return expression.hashCode();
    }

    /// Returns the expression.
    @Override
    public String toString() {
        return expression;
    }
}

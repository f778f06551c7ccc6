// SPDX-License-Identifier: Apache-2.0
package build.steading.platform;

import build.steading.failure.SteadingException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What a worker is willing to run: an expression in CEL over the [RequestFacts] of a request and the worker's
/// own [Surroundings], for instance
/// `project in ["lua", "zlib"] && source.startsWith("https://git.example/") && (hour >= 22 || hour < 7)`.
/// Policies are equal if their expressions are.
///
/// Two ask it. The server knows the request alone, and does not offer what can only be refused. The worker then
/// decides. A condition is an operand of the conjunction that the expression is; a condition on something that is
/// not known of the request, such as how long it is expected to take, is not met, unless the rest of it decides.
///
/// Immutable and thread-safe. To parse an expression that was parsed lately costs next to nothing.
public final class Policy {
    /// The worker runs whatever fits.
    public static final Policy ANYTHING = new Policy("true", List.of());

    private final String expression;
    private final List<Condition> conditions;

    private Policy(String expression, List<Condition> conditions) {
        this.expression = expression;
        this.conditions = conditions;
    }

    /// @param cel blank for [#ANYTHING]
    /// @throws SteadingException with `Invalid` if it is not an expression, one that names what neither a request
    ///     nor the surroundings have, or one that can never be true or false
    public static Policy parse(String cel) {
        var expression = cel.strip();
        if (expression.isEmpty() || expression.equals("true")) {
            return ANYTHING;
        }
        return new Policy(expression, Conditions.parse(Dialect.POLICY, expression));
    }

    /// Returns the policy of a worker that is willing to run what all of some policies allow.
    ///
    /// @throws SteadingException with `Invalid` if they are too long together
    public static Policy all(List<Policy> policies) {
        var restricting = policies.stream()
                .filter(policy -> !policy.equals(ANYTHING))
                .distinct()
                .toList();
        if (restricting.size() <= 1) {
            return restricting.isEmpty() ? ANYTHING : restricting.getFirst();
        }
        // From the conditions: what the owner wrote may end in a comment.
        return parse(restricting.stream()
                .flatMap(policy -> policy.conditions.stream())
                .map(condition -> "(" + condition.text() + ")")
                .collect(Collectors.joining(" && ")));
    }

    public String expression() {
        return expression;
    }

    /// Returns whether the worker may be willing to run what is asked for, and if not, why. Conditions that
    /// mention the worker's surroundings count as met.
    public Fit check(RequestFacts facts) {
        var decided = decidable().toList();
        return decided.isEmpty() ? new Fit.Fits() : Conditions.check(decided, facts.properties());
    }

    /// Returns the names of the facts that the first [#check] looks at: no others make a difference to it.
    public Set<String> facts() {
        return decidable()
                .flatMap(condition -> condition.paths().stream())
                .map(PropertyPath::property)
                .collect(Collectors.toUnmodifiableSet());
    }

    /// Returns the conditions that the request alone decides.
    private Stream<Condition> decidable() {
        return conditions.stream().filter(condition -> surroundings(condition).isEmpty());
    }

    /// Returns whether the worker is willing to run what is asked for now.
    public Consent check(RequestFacts facts, Surroundings surroundings) {
        if (conditions.isEmpty()) {
            return new Consent.Given();
        }
        var values = new HashMap<>(facts.properties().values());
        values.putAll(surroundings.values());
        var subject = new Properties(values);
        var complaints = new ArrayList<String>();
        var waits = new ArrayList<Optional<Duration>>();
        for (var condition : conditions) {
            condition.complaint(subject).ifPresent(complaint -> {
                complaints.add(complaint);
                waits.add(surroundings(condition).stream()
                        .map(surroundings::lasting)
                        .min(Comparator.naturalOrder()));
            });
        }
        return complaints.isEmpty()
                ? new Consent.Given()
                : new Consent.Withheld(String.join("; ", complaints), longest(waits));
    }

    /// Returns the longest; empty if one is empty, which stands for ever.
    private static Optional<Duration> longest(List<Optional<Duration>> waits) {
        return waits.stream().allMatch(Optional::isPresent)
                ? waits.stream().flatMap(Optional::stream).max(Comparator.naturalOrder())
                : Optional.empty();
    }

    /// Returns what a condition mentions that only the worker knows.
    private static List<String> surroundings(Condition condition) {
        return condition.paths().stream()
                .map(PropertyPath::property)
                .filter(Surroundings.NAMES::contains)
                .toList();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Policy that && expression.equals(that.expression);
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

// SPDX-License-Identifier: Apache-2.0
package build.steading.platform;

import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.failure.Suggestions;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelIssue;
import dev.cel.common.CelValidationException;
import dev.cel.common.CelValidationResult;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.types.CelKind;
import dev.cel.common.types.SimpleType;
import dev.cel.parser.CelUnparserFactory;
import dev.cel.runtime.CelEvaluationException;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Reads the conditions that an expression in [Cel] consists of. Expressions come from strangers: their length,
/// nesting and work are limited.
final class Conditions {
    private static final int MAX_RECENT = 256;
    private static final Pattern UNKNOWN = Pattern.compile("undeclared reference to '([^']+)'.*");

    private record Source(Dialect dialect, String expression) {}

    /// What was parsed last, for a farm meets few expressions but each of them with every action, and parsing one
    /// takes about a millisecond.
    @GuardedBy("RECENT")
    private static final Map<Source, List<Condition>> RECENT = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Source, List<Condition>> eldest) {
            return size() > MAX_RECENT;
        }
    };

    private Conditions() {}

    /// @throws SteadingException with `Invalid` as [Requirement#parse] and [Policy#parse] say
    static List<Condition> parse(Dialect dialect, String expression) {
        var source = new Source(dialect, expression);
        synchronized (RECENT) {
            var known = RECENT.get(source);
            if (known != null) {
                return known;
            }
        }
        var conditions = parse(source);
        synchronized (RECENT) {
            RECENT.put(source, conditions);
        }
        return conditions;
    }

    /// Returns whether all conditions are met; if not, which ones are not.
    static Fit check(List<Condition> conditions, Properties subject) {
        var complaints = conditions.stream()
                .flatMap(condition -> condition.complaint(subject).stream())
                .distinct()
                .collect(Collectors.joining("; "));
        return complaints.isEmpty() ? new Fit.Fits() : new Fit.Misfit(complaints);
    }

    private static List<Condition> parse(Source source) {
        var parsed = valid(source, Cel.PARSER.parse(source.expression()));
        var checked = check(source, parsed);
        var type = checked.getResultType().kind();
        if (type != CelKind.BOOL && type != CelKind.DYN) {
            throw SteadingException.invalid(
                    "%s `%s` is of type `%s`; only what is true or false can be required",
                    source.dialect().noun,
                    source.expression(),
                    checked.getResultType().name());
        }
        return operands(checked.getExpr())
                .map(operand -> condition(source.dialect(), checked, operand))
                .toList();
    }

    /// Finds nonsense such as `1 == "a"` and calls of functions that do not exist. Where any name is allowed,
    /// nothing is known of their types.
    private static CelAbstractSyntaxTree check(Source source, CelAbstractSyntaxTree parsed) {
        var compiler = Cel.compiler();
        var names = source.dialect().names;
        names.forEach(compiler::addVar);
        var mentioned = PropertyPaths.in(parsed.getExpr()).stream()
                .map(PropertyPath::property)
                .collect(Collectors.toCollection(LinkedHashSet::new));
        if (names.isEmpty()) {
            mentioned.forEach(name -> compiler.addVar(name, SimpleType.DYN));
            return valid(source, compiler.build().check(parsed));
        }
        var checked = valid(source, compiler.build().check(parsed));
        // What remains stands in `has`, where any name would do.
        mentioned.removeAll(names.keySet());
        if (!mentioned.isEmpty()) {
            throw SteadingException.invalid(
                    "%s `%s`: %s",
                    source.dialect().noun,
                    shortened(source.expression()),
                    unknown(source.dialect(), mentioned.getFirst()));
        }
        return checked;
    }

    private static CelAbstractSyntaxTree valid(Source source, CelValidationResult result) {
        try {
            return result.getAst();
        } catch (CelValidationException e) {
            throw new SteadingException(new Failure.Invalid(message(source, result, e)), e);
        }
    }

    private static String message(Source source, CelValidationResult result, CelValidationException e) {
        var shown = "%s `%s`".formatted(source.dialect().noun, shortened(source.expression()));
        if (result.getErrors().isEmpty()) {
            return "%s: %s".formatted(shown, e.getMessage());
        }
        var first = result.getErrors().getFirst();
        return "%s, %s: %s".formatted(shown, position(first), cause(source.dialect(), first));
    }

    private static String position(CelIssue issue) {
        var at = issue.getSourceLocation();
        return "line %d, column %d".formatted(at.getLine(), at.getColumn() + 1);
    }

    private static String cause(Dialect dialect, CelIssue issue) {
        var message = issue.getMessage().replace(" (in container '')", "").replaceFirst(" \\(candidates: .*", "");
        var unknown = UNKNOWN.matcher(message);
        return unknown.matches() && !dialect.names.isEmpty() ? unknown(dialect, unknown.group(1)) : message;
    }

    private static String unknown(Dialect dialect, String name) {
        var names = dialect.names.keySet();
        return "Found `%s`, allowed are `%s`%s"
                .formatted(name, String.join("`, `", names), Suggestions.didYouMean(name, names));
    }

    private static String shortened(String expression) {
        return expression.length() <= 200 ? expression : expression.substring(0, 197) + "...";
    }

    private static Stream<CelExpr> operands(CelExpr expr) {
        var call = expr.callOrDefault();
        return call.function().equals("_&&_") ? call.args().stream().flatMap(Conditions::operands) : Stream.of(expr);
    }

    private static Condition condition(Dialect dialect, CelAbstractSyntaxTree whole, CelExpr operand) {
        var ast = CelAbstractSyntaxTree.newCheckedAst(
                operand, whole.getSource(), whole.getReferenceMap(), whole.getTypeMap());
        try {
            var text = CelUnparserFactory.newUnparser().unparse(ast);
            return new Condition(dialect, text, Cel.RUNTIME.createProgram(ast), PropertyPaths.in(operand));
        } catch (CelEvaluationException e) {
            throw new SteadingException(
                    new Failure.Invalid(dialect.noun + " cannot be computed: " + e.getMessage()), e);
        }
    }
}

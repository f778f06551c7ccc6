// SPDX-License-Identifier: Apache-2.0
package build.steading.platform;

import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelIssue;
import dev.cel.common.CelOptions;
import dev.cel.common.CelValidationException;
import dev.cel.common.CelValidationResult;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.types.CelKind;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.parser.CelParser;
import dev.cel.parser.CelParserFactory;
import dev.cel.parser.CelStandardMacro;
import dev.cel.parser.CelUnparserFactory;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Reads the conditions that an expression in CEL consists of. Expressions come from strangers: their length,
/// nesting and work are limited.
final class Conditions {
    private static final int MAX_LENGTH = 4096;
    private static final int MAX_RECENT = 256;
    private static final CelOptions OPTIONS = CelOptions.current()
            .maxExpressionCodePointSize(MAX_LENGTH)
            .maxParseRecursionDepth(64)
            .comprehensionMaxIterations(10_000)
            .enableHeterogeneousNumericComparisons(true)
            .populateMacroCalls(true)
            .build();
    private static final CelParser PARSER = CelParserFactory.standardCelParserBuilder()
            .setOptions(OPTIONS)
            .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
            .build();
    private static final CelRuntime RUNTIME =
            CelRuntimeFactory.plannerRuntimeBuilder().setOptions(OPTIONS).build();

    /// What was parsed last, for a farm meets few expressions but each of them with every action, and parsing one
    /// takes about a millisecond.
    @GuardedBy("RECENT")
    private static final Map<String, List<Condition>> RECENT = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, List<Condition>> eldest) {
            return size() > MAX_RECENT;
        }
    };

    private Conditions() {}

    /// @throws SteadingException with `Invalid` as [Requirement#parse] says
    static List<Condition> parse(String expression) {
        synchronized (RECENT) {
            var known = RECENT.get(expression);
            if (known != null) {
                return known;
            }
        }
        var conditions = parseAnew(expression);
        synchronized (RECENT) {
            RECENT.put(expression, conditions);
        }
        return conditions;
    }

    private static List<Condition> parseAnew(String expression) {
        var parsed = valid(expression, PARSER.parse(expression));
        var checked = check(expression, parsed);
        var type = checked.getResultType().kind();
        if (type != CelKind.BOOL && type != CelKind.DYN) {
            throw SteadingException.invalid(
                    "Requirement `%s` is of type `%s`; only what is true or false can be required",
                    expression, checked.getResultType().name());
        }
        return operands(checked.getExpr())
                .map(operand -> condition(checked, operand))
                .toList();
    }

    /// Finds nonsense such as `1 == "a"` and calls of functions that do not exist. Nothing is known of the types
    /// of properties.
    private static CelAbstractSyntaxTree check(String expression, CelAbstractSyntaxTree parsed) {
        var compiler = CelCompilerFactory.standardCelCompilerBuilder().setOptions(OPTIONS);
        PropertyPaths.in(parsed.getExpr()).stream()
                .map(PropertyPath::property)
                .distinct()
                .forEach(property -> compiler.addVar(property, SimpleType.DYN));
        return valid(expression, compiler.build().check(parsed));
    }

    private static CelAbstractSyntaxTree valid(String expression, CelValidationResult result) {
        try {
            return result.getAst();
        } catch (CelValidationException e) {
            throw new SteadingException(new Failure.Invalid(message(expression, result, e)), e);
        }
    }

    private static String message(String expression, CelValidationResult result, CelValidationException e) {
        if (result.getErrors().isEmpty()) {
            return "Requirement `%s`: %s".formatted(shortened(expression), e.getMessage());
        }
        var first = result.getErrors().getFirst();
        return "Requirement `%s`, %s: %s".formatted(shortened(expression), position(first), cause(first));
    }

    private static String position(CelIssue issue) {
        var at = issue.getSourceLocation();
        return "line %d, column %d".formatted(at.getLine(), at.getColumn() + 1);
    }

    private static String cause(CelIssue issue) {
        return issue.getMessage().replace(" (in container '')", "");
    }

    private static String shortened(String expression) {
        return expression.length() <= 200 ? expression : expression.substring(0, 197) + "...";
    }

    private static Stream<CelExpr> operands(CelExpr expr) {
        var call = expr.callOrDefault();
        return call.function().equals("_&&_") ? call.args().stream().flatMap(Conditions::operands) : Stream.of(expr);
    }

    private static Condition condition(CelAbstractSyntaxTree whole, CelExpr operand) {
        var ast = CelAbstractSyntaxTree.newCheckedAst(
                operand, whole.getSource(), whole.getReferenceMap(), whole.getTypeMap());
        try {
            var text = CelUnparserFactory.newUnparser().unparse(ast);
            return new Condition(text, RUNTIME.createProgram(ast), PropertyPaths.in(operand));
        } catch (CelEvaluationException e) {
            throw new SteadingException(new Failure.Invalid("Requirement cannot be computed: " + e.getMessage()), e);
        }
    }
}

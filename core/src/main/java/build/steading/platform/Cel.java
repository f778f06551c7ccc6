// SPDX-License-Identifier: Apache-2.0
package build.steading.platform;

import com.google.common.collect.ImmutableSet;
import dev.cel.common.CelFunctionDecl;
import dev.cel.common.CelOptions;
import dev.cel.common.CelOverloadDecl;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.types.CelType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.OpaqueType;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompilerBuilder;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.parser.CelMacro;
import dev.cel.parser.CelMacroExprFactory;
import dev.cel.parser.CelParser;
import dev.cel.parser.CelParserFactory;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelFunctionBinding;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import dev.cel.runtime.CelVariableResolver;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The expression language as this farm speaks it: CEL, and a little more.
///
/// - `version("12.2")` is a [Version]. Versions are compared with each other, or with text that is one.
/// - `tool("gcc")` is short for `version(tools["gcc"])`.
/// - `has(gpu)` says whether a property is known, as `has(tools.gcc)` does for the entry of a map.
/// - `KiB`, `MiB`, `GiB` and `TiB` are numbers of bytes.
final class Cel {
    /// In characters.
    static final int MAX_LENGTH = 4096;

    /// Names that mean the same in every expression.
    static final Map<String, Long> CONSTANTS =
            Map.of("KiB", 1L << 10, "MiB", 1L << 20, "GiB", 1L << 30, "TiB", 1L << 40);

    /// All values together, by a name that nobody can write.
    static final String ALL = "@all";

    private static final CelOptions OPTIONS = CelOptions.current()
            .maxExpressionCodePointSize(MAX_LENGTH)
            .maxParseRecursionDepth(64)
            .comprehensionMaxIterations(10_000)
            .enableHeterogeneousNumericComparisons(true)
            .populateMacroCalls(true)
            .build();

    static final CelParser PARSER = CelParserFactory.standardCelParserBuilder()
            .setOptions(OPTIONS)
            .setStandardMacros(CelStandardMacro.STANDARD_MACROS.stream()
                    .filter(macro -> macro != CelStandardMacro.HAS)
                    .collect(ImmutableSet.toImmutableSet()))
            .addMacros(CelMacro.newGlobalMacro("has", 1, Cel::has), CelMacro.newGlobalMacro("tool", 1, Cel::tool))
            .build();

    private static final CelType VERSION = OpaqueType.create("version");

    static final CelRuntime RUNTIME = runtime();

    private Cel() {}

    /// Returns a compiler that knows the functions and constants, and no variable yet.
    static CelCompilerBuilder compiler() {
        var compiler = CelCompilerFactory.standardCelCompilerBuilder()
                .setOptions(OPTIONS)
                .addVar(ALL, MapType.create(SimpleType.STRING, SimpleType.DYN))
                .addFunctionDeclarations(CelFunctionDecl.newFunctionDeclaration(
                        "version", CelOverloadDecl.newGlobalOverload("version_string", VERSION, SimpleType.STRING)));
        CONSTANTS.keySet().forEach(name -> compiler.addVar(name, SimpleType.INT));
        Arrays.stream(Order.values()).forEach(order -> compiler.addFunctionDeclarations(order.declaration()));
        return compiler;
    }

    /// Looks names up.
    static CelVariableResolver resolver(Map<String, Object> values) {
        return name -> {
            if (name.equals(ALL)) {
                return Optional.of(values);
            }
            var constant = CONSTANTS.get(name);
            return Optional.ofNullable(constant == null ? values.get(name) : constant);
        };
    }

    private static CelRuntime runtime() {
        var runtime = CelRuntimeFactory.plannerRuntimeBuilder()
                .setOptions(OPTIONS)
                .addFunctionBindings(CelFunctionBinding.fromOverloads(
                        "version", CelFunctionBinding.from("version_string", String.class, Version::parse)));
        Arrays.stream(Order.values()).forEach(order -> runtime.addFunctionBindings(order.bindings()));
        return runtime.build();
    }

    private static Optional<CelExpr> has(CelMacroExprFactory make, CelExpr target, List<CelExpr> arguments) {
        var argument = arguments.getFirst();
        return Optional.of(
                switch (argument.getKind()) {
                    case SELECT ->
                        make.newSelect(
                                argument.select().operand(), argument.select().field(), true);
                    case IDENT ->
                        make.newGlobalCall(
                                "@in", make.newStringLiteral(argument.ident().name()), make.newIdentifier(ALL));
                    default -> make.reportError("`has` takes the name of a value, as in `has(tools.gcc)`");
                });
    }

    private static Optional<CelExpr> tool(CelMacroExprFactory make, CelExpr target, List<CelExpr> arguments) {
        var entry = make.newGlobalCall("_[_]", make.newIdentifier("tools"), arguments.getFirst());
        return Optional.of(make.newGlobalCall("version", entry));
    }

    /// A way to compare versions.
    private enum Order {
        LESS("_<_"),
        LESS_OR_EQUAL("_<=_"),
        GREATER("_>_"),
        GREATER_OR_EQUAL("_>=_");

        private final String function;

        Order(String function) {
            this.function = function;
        }

        private boolean holds(Version a, Version b) {
            var order = a.compareTo(b);
            return switch (this) {
                case LESS -> order < 0;
                case LESS_OR_EQUAL -> order <= 0;
                case GREATER -> order > 0;
                case GREATER_OR_EQUAL -> order >= 0;
            };
        }

        private String overload(String other) {
            return function + "version_" + other;
        }

        private CelFunctionDecl declaration() {
            return CelFunctionDecl.newFunctionDeclaration(
                    function,
                    CelOverloadDecl.newGlobalOverload(overload("version"), SimpleType.BOOL, VERSION, VERSION),
                    CelOverloadDecl.newGlobalOverload(overload("string"), SimpleType.BOOL, VERSION, SimpleType.STRING));
        }

        private ImmutableSet<CelFunctionBinding> bindings() {
            var order = this;
            return CelFunctionBinding.fromOverloads(
                    function,
                    CelFunctionBinding.from(overload("version"), Version.class, Version.class, order::holds),
                    CelFunctionBinding.from(
                            overload("string"),
                            Version.class,
                            String.class,
                            (version, text) -> order.holds(version, Version.parse(text))));
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package build.steading.platform;

import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Collects the properties that an expression looks at, each by its longest path.
final class PropertyPaths {
    /// Names that mean types in CEL, as in `type(cores) == int`.
    private static final Set<String> TYPES =
            Set.of("bool", "bytes", "double", "dyn", "int", "list", "map", "null_type", "string", "type", "uint");

    private final Set<PropertyPath> found = new LinkedHashSet<>();

    private PropertyPaths() {}

    /// Returns the paths in order of appearance, each once.
    static List<PropertyPath> in(CelExpr expr) {
        var paths = new PropertyPaths();
        paths.visit(expr, Set.of());
        return List.copyOf(paths.found);
    }

    /// @param bound names that the expression itself gives to values, as `t` in `tools.exists(t, t == "gcc")`
    private void visit(CelExpr expr, Set<String> bound) {
        var path = path(expr, bound);
        if (path.isPresent()) {
            found.add(new PropertyPath(path.get()));
            return;
        }
        switch (expr.getKind()) {
            case SELECT -> visit(expr.select().operand(), bound);
            case CALL -> {
                expr.call().target().ifPresent(target -> visit(target, bound));
                expr.call().args().forEach(arg -> visit(arg, bound));
            }
            case LIST -> expr.list().elements().forEach(element -> visit(element, bound));
            case MAP ->
                expr.map().entries().forEach(entry -> {
                    visit(entry.key(), bound);
                    visit(entry.value(), bound);
                });
            case STRUCT -> expr.struct().entries().forEach(entry -> visit(entry.value(), bound));
            case COMPREHENSION -> visitComprehension(expr.comprehension(), bound);
            case NOT_SET, CONSTANT, IDENT -> {}
        }
    }

    private void visitComprehension(CelExpr.CelComprehension loop, Set<String> bound) {
        visit(loop.iterRange(), bound);
        visit(loop.accuInit(), bound);
        var inside = new LinkedHashSet<>(bound);
        inside.addAll(List.of(loop.iterVar(), loop.iterVar2(), loop.accuVar()));
        visit(loop.loopCondition(), inside);
        visit(loop.loopStep(), inside);
        visit(loop.result(), inside);
    }

    /// Returns whether a name means the same everywhere, so that no value can have it.
    static boolean isFixed(String name) {
        return TYPES.contains(name) || Cel.CONSTANTS.containsKey(name) || name.equals(Cel.ALL);
    }

    /// Returns the path that `expr` is; empty if it is anything else.
    private static Optional<List<String>> path(CelExpr expr, Set<String> bound) {
        return switch (expr.getKind()) {
            case IDENT ->
                Optional.of(expr.ident().name())
                        .filter(name -> !bound.contains(name) && !isFixed(name))
                        .map(List::of);
            case SELECT ->
                expr.select().testOnly()
                        ? Optional.empty()
                        : path(expr.select().operand(), bound)
                                .map(start -> extended(start, expr.select().field()));
            case CALL ->
                known(expr.call())
                        .map(List::of)
                        .or(() -> key(expr.call())
                                .flatMap(key -> path(expr.call().args().getFirst(), bound)
                                        .map(start -> extended(start, key))));
            case NOT_SET, CONSTANT, LIST, MAP, STRUCT, COMPREHENSION -> Optional.empty();
        };
    }

    /// Returns `name` of `has(name)`.
    private static Optional<String> known(CelExpr.CelCall call) {
        return call.function().equals("@in")
                        && call.args().getLast().identOrDefault().name().equals(Cel.ALL)
                ? text(call.args().getFirst())
                : Optional.empty();
    }

    /// Returns `key` of `map["key"]`.
    private static Optional<String> key(CelExpr.CelCall call) {
        return call.function().equals("_[_]") ? text(call.args().getLast()) : Optional.empty();
    }

    private static Optional<String> text(CelExpr expr) {
        return Optional.of(expr)
                .filter(arg -> arg.getKind() == CelExpr.ExprKind.Kind.CONSTANT)
                .map(CelExpr::constant)
                .filter(constant -> constant.getKind() == CelConstant.Kind.STRING_VALUE)
                .map(CelConstant::stringValue);
    }

    private static List<String> extended(List<String> start, String name) {
        var names = new ArrayList<>(start);
        names.add(name);
        return names;
    }
}

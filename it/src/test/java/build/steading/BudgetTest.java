// SPDX-License-Identifier: Apache-2.0
package build.steading;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreePathScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;

/// Keeps files, methods and lists of parameters short enough to be read at a glance. What may be longer stands in
/// `budgets.txt`, each with a reason.
class BudgetTest {
    private static final int FILE_LINES = 400;
    private static final int METHOD_LINES = 50;
    private static final int PARAMETERS = 5;

    private static final Path ROOT = Path.of(System.getProperty("basedir", "."))
            .toAbsolutePath()
            .resolve("..")
            .normalize();
    private static final Pattern SOURCE = Pattern.compile("[^/.]+/src/.*\\.(java|c|h)");
    private static final Pattern EXCEPTION = Pattern.compile("(\\S+)\\s+# \\S.*");

    @Test
    void everythingIsWithinItsBudgetOrHasAReason() throws IOException {
        var excesses = new TreeMap<String, String>();
        var java = new ArrayList<Path>();
        for (var source : sources()) {
            var lines = lines(source);
            if (lines > FILE_LINES) {
                excesses.put(name(source), "%d lines, %d are allowed".formatted(lines, FILE_LINES));
            }
            if (source.toString().endsWith(".java")) {
                java.add(source);
            }
        }
        excesses.putAll(excessiveMethods(java));

        assertThat(excesses.keySet())
                .as("What exceeds its budget (%s), and what `budgets.txt` allows to", excesses)
                .containsExactlyInAnyOrderElementsOf(exceptions());
    }

    private static List<Path> sources() throws IOException {
        try (var modules = Files.list(ROOT)) {
            var sources = modules.map(module -> module.resolve("src"))
                    .filter(Files::isDirectory)
                    .toList();
            var found = new ArrayList<Path>();
            for (var source : sources) {
                try (var files = Files.walk(source)) {
                    files.filter(file -> SOURCE.matcher(name(file)).matches()).forEach(found::add);
                }
            }
            return found;
        }
    }

    private static String name(Path file) {
        return ROOT.relativize(file).toString();
    }

    private static long lines(Path file) throws IOException {
        try (Stream<String> lines = Files.lines(file)) {
            return lines.count();
        }
    }

    private static List<String> exceptions() throws IOException {
        try (var text = Objects.requireNonNull(BudgetTest.class.getResourceAsStream("/budgets.txt"))) {
            return new String(text.readAllBytes(), UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(EXCEPTION::matcher)
                    .peek(line -> assertThat(line.matches())
                            .as("%s has a reason", line)
                            .isTrue())
                    .map(line -> line.group(1))
                    .toList();
        }
    }

    private static Map<String, String> excessiveMethods(List<Path> files) throws IOException {
        var compiler = ToolProvider.getSystemJavaCompiler();
        try (var manager = compiler.getStandardFileManager(null, null, null)) {
            var units = manager.getJavaFileObjectsFromPaths(files);
            var task = (JavacTask) compiler.getTask(null, manager, null, List.of("-proc:none"), null, units);
            var methods = new Methods(Trees.instance(task).getSourcePositions());
            for (var unit : task.parse()) {
                methods.scan(unit, unit);
            }
            return methods.excesses;
        }
    }

    private static final class Methods extends TreePathScanner<Void, CompilationUnitTree> {
        private final Map<String, String> excesses = new TreeMap<>();
        private final SourcePositions positions;

        Methods(SourcePositions positions) {
            this.positions = positions;
        }

        @Override
        public Void visitMethod(MethodTree method, CompilationUnitTree unit) {
            var lines = method.getBody() == null ? 0 : lines(unit, method.getBody());
            if (lines > METHOD_LINES) {
                note(unit, method, "%d lines, %d are allowed".formatted(lines, METHOD_LINES));
            }
            var parameters = method.getParameters().size();
            if (parameters > PARAMETERS && !isOfRecord(method)) {
                note(unit, method, "%d parameters, %d are allowed".formatted(parameters, PARAMETERS));
            }
            return super.visitMethod(method, unit);
        }

        private void note(CompilationUnitTree unit, MethodTree method, String excess) {
            var file = name(Path.of(unit.getSourceFile().toUri()));
            excesses.put(file + "#" + method.getName(), excess);
        }

        private boolean isOfRecord(MethodTree method) {
            return method.getReturnType() == null
                    && getCurrentPath().getParentPath().getLeaf() instanceof ClassTree type
                    && type.getKind() == Tree.Kind.RECORD;
        }

        private long lines(CompilationUnitTree unit, Tree body) {
            var map = unit.getLineMap();
            var first = map.getLineNumber(positions.getStartPosition(unit, body));
            return map.getLineNumber(positions.getEndPosition(unit, body)) - first + 1;
        }
    }
}

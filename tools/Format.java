// SPDX-License-Identifier: Apache-2.0
import com.palantir.javaformat.java.Formatter;
import com.palantir.javaformat.java.FormatterException;
import com.palantir.javaformat.java.JavaFormatterOptions;
import com.palantir.javaformat.java.JavaFormatterOptions.Style;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// Checks how all Java sources are laid out (`check`), or lays them out (`apply`). The build runs it from its
/// source, once for all modules, on the JDK that compiles them: the formatter needs the compiler's own parser.
///
/// Code is the business of palantir-java-format. It breaks code and plain comments at 120 columns, but tears
/// `///` lines apart that are longer, so comments are wrapped first, and a comment line that remains too long is
/// refused.
final class Format {
    private static final int COMMENT_COLUMNS = 114;
    private final Formatter formatter = Formatter.createFormatter(
            JavaFormatterOptions.builder().style(Style.PALANTIR).build());
    private final boolean apply;
    private final Path root;

    private Format(boolean apply, Path root) {
        this.apply = apply;
        this.root = root;
    }

    /// @param args `check` or `apply`, and the directory below which the sources are
    public static void main(String[] args) throws IOException {
        var format = new Format(args[0].equals("apply"), Path.of(args[1]));
        var complaints =
                sources(format.root).parallelStream().flatMap(format::treat).toList();
        if (complaints.isEmpty()) {
            return;
        }
        complaints.forEach(System.err::println);
        System.err.println("Java sources are not laid out as agreed: `mvn -Pformat validate` does it");
        System.exit(1);
    }

    private static List<Path> sources(Path root) throws IOException {
        var found = new ArrayList<Path>();
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                var name = directory.getFileName().toString();
                var ours = directory.equals(root) || !name.startsWith(".") && !name.equals("target");
                return ours ? FileVisitResult.CONTINUE : FileVisitResult.SKIP_SUBTREE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (file.toString().endsWith(".java")) {
                    found.add(file);
                }
                return FileVisitResult.CONTINUE;
            }
        });
        found.sort(null);
        return found;
    }

    /// Checks or rewrites one file. Returns what is wrong with it and stays so.
    private Stream<String> treat(Path file) {
        var name = root.relativize(file);
        try {
            var source = Files.readString(file);
            var comments = new Comments(source.lines().toList(), COMMENT_COLUMNS);
            if (!comments.endless().isEmpty()) {
                return comments.endless().stream().map(line -> tooLong(name, line));
            }
            var formatted = formatter.formatSourceAndFixImports(String.join("\n", comments.wrapped()) + "\n");
            if (formatted.equals(source)) {
                return Stream.empty();
            }
            if (!apply) {
                return Stream.of("%s: Not formatted".formatted(name));
            }
            Files.writeString(file, formatted);
            return Stream.empty();
        } catch (FormatterException e) {
            return Stream.of("%s: %s".formatted(name, e.getMessage()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String tooLong(Path name, String line) {
        return "%s: Comment goes beyond column %d and cannot be wrapped: `%s`"
                .formatted(name, COMMENT_COLUMNS, line.strip());
    }
}

// SPDX-License-Identifier: Apache-2.0
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Wraps the line comments of a source file. Not thread-safe: one for each file.
///
/// A paragraph is left as it is unless one of its lines is too long. Fenced and indented code, headings and
/// tables are never touched; text blocks neither.
final class Comments {
    private static final Pattern COMMENT = Pattern.compile("(\\s*//+)(?: (.*))?");
    /// What begins a paragraph without an empty line before it. The group is what later lines are indented by.
    private static final Pattern OPENING = Pattern.compile("(@)\\w.*|([-*] ).*|(\\d+\\. ).*");
    private static final Pattern VERBATIM = Pattern.compile("(SPDX-|#|\\|).*|");

    private final int columns;
    private final List<String> wrapped = new ArrayList<>();
    private final List<String> endless = new ArrayList<>();
    private final List<String> paragraph = new ArrayList<>();
    private String prefix = "";
    private String indent = "";
    private boolean inFence;
    private boolean inTextBlock;

    Comments(List<String> lines, int columns) {
        this.columns = columns;
        lines.forEach(this::add);
        endParagraph();
    }

    /// Returns all lines, with their comments wrapped where that is possible.
    List<String> wrapped() {
        return wrapped;
    }

    /// Returns the comment lines that are too long even so.
    List<String> endless() {
        return endless;
    }

    private void add(String line) {
        var comment = COMMENT.matcher(line);
        if (inTextBlock || !comment.matches()) {
            endParagraph();
            wrapped.add(line);
            inFence = false;
            inTextBlock ^= line.split("\"\"\"", -1).length % 2 == 0;
        } else {
            addComment(line, comment.group(1), Objects.requireNonNullElse(comment.group(2), ""));
        }
    }

    private void addComment(String line, String linePrefix, String text) {
        var fence = text.startsWith("```");
        var opening = OPENING.matcher(text);
        if (fence || inFence || isVerbatim(text)) {
            endParagraph();
            emit(line);
        } else {
            if (opening.matches() || !linePrefix.equals(prefix)) {
                endParagraph();
                prefix = linePrefix;
                indent = opening.matches() ? indent(opening) : "";
            }
            paragraph.add(line);
        }
        inFence ^= fence;
    }

    /// Indented text is code, unless it goes on with a list item or tag.
    private boolean isVerbatim(String text) {
        return VERBATIM.matcher(text).matches() || text.startsWith(" ") && paragraph.isEmpty();
    }

    private static String indent(Matcher opening) {
        return opening.group(1) != null ? "    " : " ".repeat(Math.max(opening.end(2), opening.end(3)));
    }

    private void endParagraph() {
        if (paragraph.stream().anyMatch(line -> line.length() > columns)) {
            fill();
        } else {
            paragraph.forEach(this::emit);
        }
        paragraph.clear();
        indent = "";
    }

    private void fill() {
        var line = new StringBuilder(prefix);
        var start = prefix.length();
        for (var part : paragraph) {
            for (var word : part.substring(prefix.length()).strip().split("\\s+")) {
                if (line.length() > start && line.length() + 1 + word.length() > columns) {
                    emit(line.toString());
                    line = new StringBuilder(prefix).append(indent);
                    start = line.length();
                }
                line.append(' ').append(word);
            }
        }
        emit(line.toString());
    }

    private void emit(String line) {
        wrapped.add(line);
        if (line.length() > columns) {
            endless.add(line);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package build.steading.server.mail;

import build.steading.notify.Excerpt;
import java.util.Locale;

/// Writes a [Letter] as plain text.
final class PlainLetter {
    private PlainLetter() {}

    static String write(Letter letter) {
        var text = new StringBuilder();
        text.append(letter.headline()).append("\n\n");
        var width = letter.facts().stream()
                .mapToInt(fact -> fact.label().length())
                .max()
                .orElse(0);
        for (var fact : letter.facts()) {
            text.append(padded(fact.label() + ":", width + 2))
                    .append(fact.text())
                    .append('\n');
        }
        letter.troubles().forEach(trouble -> write(trouble, text));
        write(letter, text);
        text.append('\n')
                .append(letter.more().link() ? "" : "More: ")
                .append(letter.more().text());
        return text.append('\n').toString();
    }

    private static void write(Letter.Section trouble, StringBuilder text) {
        text.append("\nTask ").append(trouble.task());
        text.append(trouble.why().isEmpty() ? "" : ": " + trouble.why()).append('\n');
        trouble.excerpt().ifPresent(excerpt -> write(excerpt, text));
    }

    private static void write(Excerpt excerpt, StringBuilder text) {
        text.append('\n');
        for (var i = 0; i < excerpt.lines().size(); i++) {
            var mark = excerpt.error().isPresent() && excerpt.error().getAsInt() == i ? "> " : "  ";
            text.append((mark + excerpt.lines().get(i)).stripTrailing()).append('\n');
        }
    }

    private static void write(Letter letter, StringBuilder text) {
        var names = letter.rows().stream()
                .mapToInt(row -> Math.min(40, row.task().length()))
                .max()
                .orElse(0);
        text.append('\n');
        for (var row : letter.rows()) {
            var line = "%s  %s  %s  %s"
                    .formatted(padded(row.task(), names), padded(word(row), 11), padded(row.time(), 12), row.how());
            text.append(line.stripTrailing()).append('\n');
        }
        if (letter.left() > 0) {
            text.append("and %d more tasks\n".formatted(letter.left()));
        }
    }

    static String word(Letter.Row row) {
        return row.state().name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private static String padded(String text, int width) {
        return text + " ".repeat(Math.max(0, width - text.length()));
    }
}

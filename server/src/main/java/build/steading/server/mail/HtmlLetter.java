// SPDX-License-Identifier: Apache-2.0
package build.steading.server.mail;

import build.steading.build.TaskState;
import build.steading.notify.Excerpt;

/// Writes a [Letter] as HTML that mail programs show: a table or two, styles inline, no pictures, nothing from
/// elsewhere.
///
/// Text has the colour that the reader's program gives it, and all grounds are translucent: so it is read as well
/// on black as on white.
final class HtmlLetter {
    private static final String GOOD = "#1a7f37";
    private static final String BAD = "#cf222e";
    private static final String OTHER = "#8a6300";
    private static final String CELL = "padding:3px 16px 3px 0;vertical-align:top;text-align:left";
    private static final String FAINT = "opacity:.65";
    private static final String MONO = "font-family:ui-monospace,Menlo,Consolas,monospace;font-size:13px";

    private final StringBuilder html = new StringBuilder();

    private HtmlLetter() {}

    static String write(Letter letter) {
        var writer = new HtmlLetter();
        writer.letter(letter);
        return writer.html.toString();
    }

    private void letter(Letter letter) {
        html.append("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
                + "<meta name=\"color-scheme\" content=\"light dark\">"
                + "<meta name=\"supported-color-schemes\" content=\"light dark\"><title>");
        text(letter.subject());
        html.append("</title></head>\n<body style=\"margin:0;padding:16px;font:15px/1.45 system-ui,-apple-system,"
                + "'Segoe UI',Roboto,sans-serif\">\n");
        html.append("<p style=\"margin:0 0 14px;padding:10px 14px;border-radius:6px;font-size:17px;font-weight:600;"
                + "color:#ffffff;background:%s\">".formatted(letter.good() ? GOOD : BAD));
        text(letter.headline());
        html.append("</p>\n");
        facts(letter);
        letter.troubles().forEach(this::trouble);
        rows(letter);
        more(letter.more());
        html.append("</body></html>\n");
    }

    private void facts(Letter letter) {
        html.append("<table role=\"presentation\" style=\"border-collapse:collapse\">\n");
        for (var fact : letter.facts()) {
            html.append("<tr>");
            cell("td", CELL + ";white-space:nowrap;" + FAINT, fact.label());
            cell("td", CELL, fact.text());
            html.append("</tr>\n");
        }
        html.append("</table>\n");
    }

    private void trouble(Letter.Section trouble) {
        html.append("<p style=\"margin:18px 0 6px\"><strong>Task ");
        text(trouble.task());
        html.append("</strong>");
        if (!trouble.why().isEmpty()) {
            html.append(": ");
            text(trouble.why());
        }
        html.append("</p>\n");
        trouble.excerpt().ifPresent(this::excerpt);
    }

    private void excerpt(Excerpt excerpt) {
        html.append("<pre style=\"margin:0;padding:10px 12px;border-radius:6px;border:1px solid rgba(128,128,128,.4);"
                + "background:rgba(128,128,128,.12);overflow-x:auto;white-space:pre-wrap;line-height:1.4;" + MONO
                + "\">");
        for (var i = 0; i < excerpt.lines().size(); i++) {
            if (excerpt.error().isPresent() && excerpt.error().getAsInt() == i) {
                html.append("<b style=\"background:rgba(248,81,73,.28)\">");
                text(excerpt.lines().get(i));
                html.append("</b>\n");
            } else {
                text(excerpt.lines().get(i));
                html.append('\n');
            }
        }
        html.append("</pre>\n");
    }

    private void rows(Letter letter) {
        if (letter.rows().isEmpty()) {
            return;
        }
        html.append("<table style=\"border-collapse:collapse;margin-top:18px;font-size:14px\">\n<tr>");
        for (var head : new String[] {"Task", "", "Time", "Worker"}) {
            cell("th", CELL + ";font-weight:600;" + FAINT, head);
        }
        html.append("</tr>\n");
        for (var row : letter.rows()) {
            html.append("<tr style=\"border-top:1px solid rgba(128,128,128,.3)\">");
            cell("td", CELL + ";" + MONO, row.task());
            state(row);
            cell("td", CELL + ";white-space:nowrap", row.time());
            cell("td", CELL, row.how());
            html.append("</tr>\n");
        }
        html.append("</table>\n");
        if (letter.left() > 0) {
            html.append("<p style=\"margin:4px 0 0;").append(FAINT).append("\">");
            text("and %d more tasks".formatted(letter.left()));
            html.append("</p>\n");
        }
    }

    private void state(Letter.Row row) {
        html.append("<td style=\"")
                .append(CELL)
                .append(";white-space:nowrap\"><span style=\"color:#ffffff;background:");
        html.append(colour(row.state())).append(";border-radius:4px;padding:1px 7px;font-size:12px\">");
        text(PlainLetter.word(row));
        html.append("</span></td>");
    }

    private static String colour(TaskState state) {
        return switch (state) {
            case SUCCEEDED -> GOOD;
            case FAILED, TIMED_OUT, INFRA_ERROR -> BAD;
            case WAITING, QUEUED, RUNNING, CANCELLED, SKIPPED -> OTHER;
        };
    }

    private void more(Letter.More more) {
        html.append("<p style=\"margin:18px 0 0\">");
        if (more.link()) {
            html.append("<a href=\"");
            text(more.text());
            html.append("\">");
            text(more.text());
            html.append("</a>");
        } else {
            html.append("More: <code style=\"").append(MONO).append("\">");
            text(more.text());
            html.append("</code>");
        }
        html.append("</p>\n");
    }

    private void cell(String tag, String style, String content) {
        html.append('<').append(tag).append(" style=\"").append(style).append("\">");
        text(content);
        html.append("</").append(tag).append('>');
    }

    /// Adds text that comes from anywhere.
    private void text(String text) {
        for (var i = 0; i < text.length(); i++) {
            var c = text.charAt(i);
            switch (c) {
                case '&' -> html.append("&amp;");
                case '<' -> html.append("&lt;");
                case '>' -> html.append("&gt;");
                case '"' -> html.append("&quot;");
                case '\'' -> html.append("&#39;");
                default -> html.append(c);
            }
        }
    }
}

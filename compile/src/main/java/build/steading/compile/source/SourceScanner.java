// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.source;

import build.steading.compile.source.DirectiveReader.Kind;
import build.steading.compile.source.Inclusion.Form;
import build.steading.compile.source.Inclusion.Verb;

/// Reads a source or header once, and finds all that it may include: conditions are not evaluated, so what no
/// compiler would see is found as well.
///
/// What must never happen is that a directive is taken for part of a comment. So wherever compilers or languages
/// do not agree on whether a comment begins, none does; at worst, its text is taken for code.
public final class SourceScanner {
    /*
     * Nothing but comments of several lines and raw strings reaches beyond a line, so a wrong guess about a quote ends
     * with the line: an apostrophe in prose or a separator of digits does no harm, once no comment begins behind it
     * on the same line (`wary`). The rest that is ambiguous, trigraphs for backslashes above all, is so rare
     * that the file is marked as obscure.
     */
    private final Text text;
    private final Findings findings = new Findings();
    private final DirectiveReader directives = new DirectiveReader(findings);
    private final Literals literals;
    private int at;
    private boolean wary;
    private boolean inDefinition;

    private SourceScanner(byte[] bytes) {
        text = new Text(bytes, bytes.length);
        literals = new Literals(text, findings);
    }

    /// Scans what goes through the preprocessor.
    public static Scan scan(byte[] bytes) {
        return new SourceScanner(bytes).scan();
    }

    /// Scans assembler that does not go through the preprocessor.
    public static Scan scanAssembler(byte[] bytes) {
        var findings = new Findings();
        var text = new Text(bytes, bytes.length);
        for (var p = 0; p < bytes.length; p++) {
            if (bytes[p] == '.' && Literals.isAssemblerInput(text, p)) {
                findings.mark(Mark.ASSEMBLER_INPUT);
            }
        }
        return findings.toScan();
    }

    private Scan scan() {
        if (startsWith(0xEF, 0xBB, 0xBF)) {
            at = 3;
        } else if (startsWith(0xFF, 0xFE) || startsWith(0xFE, 0xFF)) {
            // UTF-16
            findings.mark(Mark.OBSCURE);
        }
        while (at < text.end) {
            readLine();
        }
        if (text.odd) {
            findings.mark(Mark.OBSCURE);
        }
        return findings.toScan();
    }

    private boolean startsWith(int... start) {
        for (var i = 0; i < start.length; i++) {
            if (text.at(i) != (byte) start[i]) {
                return false;
            }
        }
        return true;
    }

    /// Reads from the start of a line, or from behind a comment that began on an earlier one.
    private void readLine() {
        var start = wary ? at : text.afterBlanks(at);
        var hash = hashLength(start);
        at = start;
        if (hash > 0) {
            readDirective(start + hash);
        }
        readCode();
    }

    /// Returns how many bytes stand for a `#` here; none if there is no such.
    private int hashLength(int position) {
        return switch (text.at(position)) {
            case '#' -> 1;
            case '%' -> text.at(position + 1) == ':' ? 2 : 0;
            case '?' -> text.at(position + 1) == '?' && text.at(position + 2) == '=' ? 3 : 0;
            default -> 0;
        };
    }

    private void readDirective(int position) {
        var read = directives.read(text, position);
        if (read.kind() == Kind.TORN) {
            directives.read(text.joinedLine(position), 0);
            wary = true;
        }
        wary |= read.kind() == Kind.PROSE;
        inDefinition = read.kind() == Kind.DEFINITION;
        at = read.next();
    }

    /// Reads to the end of the line, or to the end of a comment on a later line.
    private void readCode() {
        var bytes = text.bytes;
        var end = text.end;
        while (true) {
            var p = at;
            while (p < end && !ByteClass.isSpecial(bytes[p])) {
                p++;
            }
            at = p;
            if (p >= end) {
                return;
            }
            if (bytes[p] == '\n') {
                at = p + 1;
                wary = false;
                inDefinition = false;
                return;
            }
            if (readSpecial(bytes[p])) {
                return;
            }
        }
    }

    /// Returns whether a new line has begun.
    private boolean readSpecial(byte special) {
        switch (special) {
            case '/' -> {
                return readSlash();
            }
            case '_' -> readUnderscores();
            case '"' -> readString();
            case '\'' -> readApostrophe();
            case '.' -> {
                if (literals.isDirective(at)) {
                    findings.mark(Mark.ASSEMBLER_INPUT);
                }
                at++;
            }
            case '\\' -> readBackslash();
            default -> {
                text.odd |= text.isTrigraphBackslash(at);
                at++;
            }
        }
        return false;
    }

    private boolean readSlash() {
        var next = text.at(at + 1);
        text.odd |= next == '\\' && text.afterSplice(at + 1) >= 0;
        if (wary || (next != '*' && next != '/')) {
            at++;
            return false;
        }
        if (next == '/') {
            at = text.afterLineComment(at);
            return false;
        }
        var start = at;
        at = text.afterComment(start);
        for (var p = start; p < at; p++) {
            if (text.bytes[p] == '\n') {
                return true;
            }
        }
        return false;
    }

    private void readString() {
        var raw = literals.afterRaw(at);
        if (raw < 0) {
            at = literals.afterString(at, '"');
            return;
        }
        // In a language without raw strings, this would be code.
        for (var p = at; p < raw; p++) {
            if (text.bytes[p] == '\n') {
                var start = text.afterBlanks(p + 1);
                if (hashLength(start) > 0) {
                    directives.read(text, start + hashLength(start));
                }
            } else if (text.bytes[p] == '.' && Literals.isAssemblerInput(text, p)) {
                findings.mark(Mark.ASSEMBLER_INPUT);
            }
        }
        at = raw;
    }

    private void readApostrophe() {
        if (literals.isInNumber(at)) {
            wary = true;
            at++;
        } else {
            at = literals.afterString(at, '\'');
        }
    }

    private void readBackslash() {
        var next = text.afterSplice(at);
        if (next < 0) {
            at++;
            return;
        }
        if (at > 0 && ByteClass.isIdentifier(text.bytes[at - 1]) && ByteClass.isIdentifier(text.at(next))) {
            var start = literals.wordStart(at);
            text.odd |= text.at(start) == '_' || (start > 0 && text.bytes[start - 1] == '.');
        }
        at = next;
    }

    private void readUnderscores() {
        var start = at;
        at++;
        if (text.at(at) != '_') {
            return;
        }
        at++;
        var third = text.at(at);
        if ((third != 'T' && third != 'D' && third != 'h')
                || (start > 0 && ByteClass.isIdentifier(text.bytes[start - 1]))) {
            return;
        }
        at = text.afterWord(at);
        switch (text.string(start, at)) {
            case "__DATE__" -> findings.mark(Mark.DATE);
            case "__TIME__" -> findings.mark(Mark.TIME);
            case "__TIMESTAMP__" -> findings.mark(Mark.TIMESTAMP);
            case "__has_include", "__has_include__" -> readQuestion(Verb.INCLUDE);
            case "__has_include_next", "__has_include_next__" -> readQuestion(Verb.INCLUDE_NEXT);
            case "__has_embed" -> readQuestion(Verb.EMBED);
            default -> {}
        }
    }

    /// Reads what follows `__has_include` or the like: without parentheses, it is only asked whether there is
    /// such a thing at all.
    private void readQuestion(Verb verb) {
        var open = text.afterBlanks(at);
        if (text.at(open) != '(') {
            return;
        }
        var start = text.afterBlanks(open + 1);
        var first = text.at(start);
        var close = first == '"' || first == '<' ? text.findInLine(start + 1, first == '"' ? '"' : '>') : -1;
        if (close >= 0) {
            findings.include(verb, first == '"' ? Form.QUOTED : Form.BRACKETED, text.string(start + 1, close));
            at = close + 1;
            return;
        }
        var end = text.afterWord(start);
        var isName = end > start && !inDefinition && text.at(text.afterBlanks(end)) == ')';
        findings.include(verb, Form.COMPUTED, isName ? text.string(start, end) : text.string(start, end) + "(");
        at = end;
    }
}

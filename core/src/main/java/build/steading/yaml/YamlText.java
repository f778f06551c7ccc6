// SPDX-License-Identifier: Apache-2.0
package build.steading.yaml;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/// Turns text into a tree of YAML 1.2 nodes, within limits that no honest file meets.
public final class YamlText {
    static final int MAX_CHARACTERS = 256 * 1024;

    /// Longer files are refused.
    public static final int MAX_BYTES = 4 * MAX_CHARACTERS;

    static final int MAX_DEPTH = 20;
    static final int MAX_ALIASES = 50;

    private YamlText() {}

    /// Returns the text in UTF-8 `bytes`; what is wrong with them is added to `problems`.
    public static Optional<String> decode(byte[] bytes, Problems problems) {
        if (bytes.length > MAX_BYTES) {
            problems.add("", tooLong());
            return Optional.empty();
        }
        try {
            var text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return Optional.of(text.toString());
        } catch (CharacterCodingException _) {
            problems.add("", "Found bytes that are not UTF-8, allowed is YAML in UTF-8");
            return Optional.empty();
        }
    }

    /// Returns the top value; what is wrong is added to `problems`.
    ///
    /// @param needed what must be there, for the message if there is nothing
    public static Optional<Value> compose(String text, String needed, Problems problems) {
        var top = compose(text, problems);
        if (top.isEmpty() && !problems.any()) {
            problems.add("", "Found nothing, allowed is " + needed);
        }
        return top;
    }

    /// Returns the top value, if there is one; what is wrong is added to `problems`.
    static Optional<Value> compose(String text, Problems problems) {
        if (text.length() > MAX_CHARACTERS) {
            problems.add("", tooLong());
            return Optional.empty();
        }
        var settings = LoadSettings.builder()
                .setSchema(new CoreSchema())
                .setMaxAliasesForCollections(MAX_ALIASES)
                .build();
        var yaml = text.startsWith("\uFEFF") ? text.substring(1) : text;
        try {
            if (tooDeep(yaml, settings, problems)) {
                return Optional.empty();
            }
            return new Compose(settings).composeString(yaml).map(top -> Value.root(top, problems));
        } catch (YamlEngineException e) {
            report(e, yaml, problems);
            return Optional.empty();
        }
    }

    /// The composer recurses, the parser below it does not.
    private static boolean tooDeep(String yaml, LoadSettings settings, Problems problems) {
        var depth = 0;
        for (var event : new Parse(settings).parseString(yaml)) {
            switch (event.getEventId()) {
                case MappingStart, SequenceStart -> depth++;
                case MappingEnd, SequenceEnd -> depth--;
                default -> {}
            }
            if (depth > MAX_DEPTH) {
                locate(event, problems);
                problems.add("/", "Found more than %d levels of nesting".formatted(MAX_DEPTH));
                return true;
            }
        }
        return false;
    }

    private static void locate(Event event, Problems problems) {
        event.getStartMark().ifPresent(mark -> problems.locate("/", mark.getLine() + 1, mark.getColumn() + 1));
    }

    private static void report(YamlEngineException e, String yaml, Problems problems) {
        switch (e) {
            case MarkedYamlEngineException marked -> {
                marked.getProblemMark()
                        .ifPresent(mark -> problems.locate("/", mark.getLine() + 1, mark.getColumn() + 1));
                problems.add("/", "Found broken YAML: " + sentence(String.valueOf(marked.getProblem())));
            }
            case ReaderException unreadable -> {
                var before = yaml.substring(0, Math.clamp(unreadable.getPosition(), 0, yaml.length()));
                var line = (int) before.chars().filter(c -> c == '\n').count() + 1;
                problems.locate("/", line, before.length() - before.lastIndexOf('\n'));
                problems.add("/", "Found the control character U+%04X in YAML".formatted(unreadable.getCodePoint()));
            }
            default -> problems.add("/", "Found broken YAML: " + sentence(String.valueOf(e.getMessage())));
        }
    }

    private static String sentence(String problem) {
        return problem.strip().replaceAll("\\s+", " ").replaceAll("\\.$", "");
    }

    private static String tooLong() {
        return "File has more than %d characters".formatted(MAX_CHARACTERS);
    }
}

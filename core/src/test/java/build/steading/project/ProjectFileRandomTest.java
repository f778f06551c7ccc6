// SPDX-License-Identifier: Apache-2.0
package build.steading.project;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Damages files at random: whatever comes of it, it is a project or a message.
class ProjectFileRandomTest {
    private static final List<String> PIECES = List.of(
            "[",
            "]",
            "{",
            "}",
            ": ",
            "- ",
            "\n",
            "\n  ",
            "\"",
            "'",
            "&a ",
            "*a",
            "~",
            "!!int ",
            "${",
            "${matrix.mode}",
            "${options.x}",
            "../",
            "/",
            "**",
            "{a,b}",
            "\\",
            "\t",
            "\0",
            "\uD83D",
            "😀",
            "| ",
            "? ",
            "9",
            "#",
            "<<: ");

    @Test
    void damagedFileIsAProjectOrAMessage() throws IOException {
        var text = Files.readString(Path.of("..", "examples", "wordfreq", "steading.yaml"));
        for (var seed = 0; seed < 700; seed++) {
            var damaged = damage(text, new Random(seed));
            try {
                var project = ProjectFile.parse("f", damaged);
                assertThat(project.expand(Map.of(), Map.of(), List.of())).isNotEmpty();
            } catch (SteadingException e) {
                assertThat(e.failure()).isInstanceOf(Failure.Invalid.class);
                assertThat(e.failure().message().lines())
                        .as("seed %d", seed)
                        .allMatch(line -> line.startsWith("f:") || line.startsWith("and "));
            } catch (RuntimeException e) {
                fail("Seed " + seed + ":\n" + damaged, e);
            }
        }
    }

    private static String damage(String text, Random random) {
        var damaged = new StringBuilder(text);
        for (var i = random.nextInt(3); i >= 0; i--) {
            var from = random.nextInt(damaged.length());
            switch (random.nextInt(3)) {
                case 0 -> damaged.delete(from, Math.min(from + 1 + random.nextInt(12), damaged.length()));
                case 1 -> damaged.insert(from, PIECES.get(random.nextInt(PIECES.size())));
                default -> {
                    var other = random.nextInt(damaged.length());
                    var piece = damaged.substring(other, Math.min(other + random.nextInt(40), damaged.length()));
                    damaged.insert(from, piece);
                }
            }
        }
        return damaged.toString();
    }
}

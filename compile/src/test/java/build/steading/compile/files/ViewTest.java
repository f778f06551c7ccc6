// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.files;

import static org.assertj.core.api.Assertions.assertThat;

import build.steading.blob.MemoryBlobStore;
import build.steading.lifecycle.ManualClock;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ViewTest {
    private static final int ROUNDS = 60;
    private static final int CHANGES = 3;
    private static final List<String> PARTS = List.of("a", "b", "c");

    @TempDir
    Path temporary;

    private Path directory;
    private final ManualClock clock = new ManualClock();
    /// Believes that all directories are old, and so what is not in them.
    private final FileTable table = new FileTable(new MemoryBlobStore(), Lookout.none(), clock);

    @BeforeEach
    void letTimePass() throws IOException {
        directory = temporary.toRealPath();
        clock.advance(Duration.ofHours(1));
    }

    @Test
    void allAnswersOfAViewAgree() throws IOException {
        var view = table.view();
        assertThat(look(view, "a.h")).isInstanceOf(Look.Absent.class);
        write("b.h");
        assertThat(look(view, "b.h")).isInstanceOf(Look.Present.class);
        Files.delete(directory.resolve("b.h"));

        assertThat(look(view, "b.h")).isInstanceOf(Look.Present.class);
        assertThat(view.route(name("b.h"))).isPresent();
        assertThat(look(table.view(), "b.h")).isInstanceOf(Look.Absent.class);
    }

    @Test
    void whatAppearsIsSeen() throws IOException {
        assertThat(look(table.view(), "a.h")).isInstanceOf(Look.Absent.class);
        assertThat(look(table.view(), "sub/a.h")).isInstanceOf(Look.Absent.class);
        FileTableTest.awaitTick(directory);

        write("a.h");
        Files.createDirectory(directory.resolve("sub"));
        assertThat(look(table.view(), "a.h")).isInstanceOf(Look.Present.class);
        assertThat(look(table.view(), "sub/a.h")).isInstanceOf(Look.Absent.class);
        FileTableTest.awaitTick(directory.resolve("sub"));

        write("sub/a.h");
        assertThat(look(table.view(), "sub/a.h")).isInstanceOf(Look.Present.class);
    }

    /// Where a link leads to may appear without a trace in the link's directory.
    @Test
    void whatALinkLedToInVainIsSeen() throws IOException {
        Files.createDirectory(directory.resolve("elsewhere"));
        Files.createSymbolicLink(directory.resolve("a.h"), Path.of("elsewhere/a.h"));
        assertThat(look(table.view(), "a.h")).isInstanceOf(Look.Absent.class);

        write("elsewhere/a.h");

        assertThat(look(table.view(), "a.h")).isInstanceOf(Look.Present.class);
    }

    @Test
    void anotherDirectoryOfTheNameHoldsOtherThings() throws IOException {
        Files.createDirectory(directory.resolve("one"));
        Files.createDirectory(directory.resolve("two"));
        write("two/a.h");
        Files.createSymbolicLink(directory.resolve("at"), Path.of("one"));
        assertThat(look(table.view(), "at/a.h")).isInstanceOf(Look.Absent.class);

        Files.createSymbolicLink(directory.resolve("at.new"), Path.of("two"));
        Files.move(directory.resolve("at.new"), directory.resolve("at"), StandardCopyOption.ATOMIC_MOVE);

        assertThat(look(table.view(), "at/a.h")).isInstanceOf(Look.Present.class);
    }

    @Test
    void noNameIsTooLongOrTooStrangeToBeAskedFor() {
        var deep = name("x/".repeat(100_000) + "a.h");

        assertThat(table.view().look(deep)).isInstanceOf(Look.Unreadable.class);
        assertThat(table.view().route(deep)).isEmpty();
        assertThat(look(table.view(), "bytes\uFFFD")).isInstanceOf(Look.Unreadable.class);
        assertThat(look(table.view(), "bytes\0")).isInstanceOf(Look.Unreadable.class);
    }

    /// Whatever becomes of a tree, a view shows what the kernel says.
    @Test
    void changesAtRandomAreSeen() throws IOException, InterruptedException {
        var seed = new Random().nextLong();
        var random = new Random(seed);
        var real = FileTable.looking(new MemoryBlobStore());
        for (var round = 0; round < ROUNDS; round++) {
            for (var i = 0; i < CHANGES; i++) {
                change(random);
            }
            if (random.nextBoolean()) {
                Thread.sleep(Duration.ofNanos(2 * Signature.TICK_NANOS));
            }
            var view = real.view();
            for (var name : names(4)) {
                var file = directory.resolve(name);
                var shown = view.look(file.toString());
                assertThat(shown)
                        .as("`%s` in round %d of seed %d", name, round, seed)
                        .isEqualTo(real.look(file.toString()));
                assertThat(view.route(file.toString()).isPresent())
                        .as("way to `%s` in round %d of seed %d", name, round, seed)
                        .isEqualTo(Files.exists(file));
            }
        }
    }

    private void change(Random random) throws IOException {
        var name = directory.resolve(random(random));
        var other = directory.resolve(random(random));
        try {
            switch (random.nextInt(6)) {
                case 0, 1 -> Files.createDirectories(name);
                case 2 -> Files.createFile(name);
                case 3 -> Files.createSymbolicLink(name, random.nextBoolean() ? other : other.getFileName());
                case 4 -> Files.move(name, other, StandardCopyOption.ATOMIC_MOVE);
                default -> Files.delete(name);
            }
        } catch (FileSystemException _) {
            // Not all that may be tried is possible.
        }
    }

    private static String random(Random random) {
        var names = names(3);
        return names.get(random.nextInt(names.size()));
    }

    private static List<String> names(int depth) {
        var names = new ArrayList<>(PARTS);
        if (depth > 1) {
            for (var part : PARTS) {
                names(depth - 1).forEach(below -> names.add(part + "/" + below));
            }
        }
        return names;
    }

    private Look look(View view, String name) {
        return view.look(name(name));
    }

    private String name(String relative) {
        return directory + "/" + relative;
    }

    private void write(String name) throws IOException {
        Files.writeString(directory.resolve(name), "");
    }
}

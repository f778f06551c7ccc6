// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import build.steading.blob.MemoryBlobStore;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LookoutTest {
    private static final int MANY = 10_000;

    private static final List<String> DIRECTORIES = List.of("a", "a/b", "a/b/c", "d");

    private static final List<String> LINKS = List.of("l", "a/up", "d/far");
    private static final List<String> FILES = List.of("x.h", "y.h", "z.h");

    @TempDir
    Path directory;

    private final Lookout lookout = new Lookout(Notices::open, MANY, Duration.ZERO);
    private final FileTable watching = table(lookout);
    private final FileTable looking = FileTable.looking(new MemoryBlobStore());

    @BeforeEach
    void needsNotices() throws IOException {
        try (var notices = Notices.open().orElse(null)) {
            assumeTrue(
                    notices != null && notices.tellOf(Name.of(directory.toRealPath() + "/")),
                    "Nobody tells what happens in `%s`".formatted(directory));
        }
    }

    @AfterEach
    void close() {
        lookout.close();
    }

    private static FileTable table(Lookout lookout) {
        return new FileTable(new MemoryBlobStore(), lookout, InstantSource.system());
    }

    @Test
    void aNameIsWatchedFromTheSecondLookOn() throws IOException {
        var name = name("x.h");
        Files.writeString(Path.of(name), "int x;");
        var first = watching.look(name);

        assertThat(isStanding(watching, name)).isFalse();
        assertThat(watching.look(name)).isEqualTo(first);
        assertThat(isStanding(watching, name)).isTrue();
        assertThat(watching.look(name)).isEqualTo(first);
    }

    @Test
    void whatIsAbsentIsWatched() throws IOException {
        var name = name("x.h");
        lookTwice(watching, name);

        assertThat(isStanding(watching, name)).isTrue();
        Files.writeString(Path.of(name), "int x;");
        assertThat(watching.look(name)).isInstanceOf(Look.Present.class).isEqualTo(looking.look(name));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void whateverHappensALookShowsWhatTheKernelWouldSay(long seed) throws IOException {
        var random = new Random(seed);
        var names = names();
        var standing = 0L;
        for (var i = 0; i < 600; i++) {
            meddle(random);
            for (var name : names) {
                assertThat(watching.look(name)).as("%d: %s", i, name).isEqualTo(looking.look(name));
            }
            standing +=
                    names.stream().filter(name -> isStanding(watching, name)).count();
        }
        assertThat(standing).isGreaterThan(600L * names.size() / 3);
    }

    @Test
    void aFileIsSeenToChangeByAnotherName() throws IOException {
        var file = directory.resolve("x.h");
        Files.writeString(file, "int x;");
        lookTwice(watching, file.toString());
        var other =
                Files.createLink(Files.createDirectory(directory.resolve("d")).resolve("y.h"), file);
        lookTwice(watching, file.toString());
        FileTableTest.awaitTick(file);
        Files.writeString(other, "int y;");

        assertThat(watching.look(file.toString())).isEqualTo(looking.look(file.toString()));
    }

    @Test
    void whatIsWrittenThroughAMappingIsSeenAtItsEnd() throws IOException, InterruptedException {
        var file = directory.resolve("x.h");
        Files.writeString(file, "int x;");
        lookTwice(watching, file.toString());
        FileTableTest.awaitTick(file);
        run("python3", "-c", """
            import mmap, os, sys
            file = os.open(sys.argv[1], os.O_RDWR)
            bytes = mmap.mmap(file, 0)
            os.close(file)
            bytes[4:5] = b"y"
            """, file.toString());

        assertThat(watching.look(file.toString())).isEqualTo(looking.look(file.toString()));
    }

    @Test
    void aLookIsBelievedForASecond() throws IOException {
        var file = directory.resolve("x.h");
        try (var writer = new RandomAccessFile(file.toFile(), "rw")) {
            writer.setLength(10);
            var mapped = writer.getChannel().map(MapMode.READ_WRITE, 0, 10);
            var post = new Post(List.of());
            var look = looking.look(file.toString());
            post.saw(look, post.stirs(), 0);
            mapped.put(0, (byte) 1);

            assertThat(post.standing(Post.TRUSTED_NANOS - 1)).isEqualTo(look);
            assertThat(post.standing(Post.TRUSTED_NANOS)).isNull();
        }
    }

    @Test
    void aLookThatWasUnderWayWhenSomethingHappenedDoesNotCount() {
        var post = new Post(List.of());
        var before = post.stirs();
        post.stir();
        post.saw(Look.Absent.ABSENT, before, 0);

        assertThat(post.standing(0)).isNull();
    }

    @Test
    void moreNoticesThanThereIsRoomForAreAsGoodAsNone() throws IOException {
        var name = name("x.h");
        Files.writeString(Path.of(name), "int x;");
        lookTwice(watching, name);
        loseNotices();
        Files.delete(Path.of(name));

        assertThat(watching.look(name)).isInstanceOf(Look.Absent.class);
        Files.writeString(Path.of(name), "int x;");
        assertThat(watching.look(name)).isEqualTo(looking.look(name));
    }

    @Test
    void whoLosesNoticesHasARest() throws IOException {
        var begun = new AtomicInteger();
        var name = name("x.h");
        Files.writeString(Path.of(name), "int x;");
        try (var tired = new Lookout(
                () -> {
                    begun.incrementAndGet();
                    return Notices.open();
                },
                MANY,
                Duration.ofHours(1))) {
            var table = table(tired);
            lookTwice(table, name);
            assertThat(isStanding(table, name)).isTrue();
            loseNotices();
            Files.delete(Path.of(name));

            assertThat(table.look(name)).isInstanceOf(Look.Absent.class);
            lookTwice(table, name);
            assertThat(isStanding(table, name)).isFalse();
            assertThat(begun).hasValue(1);
        }
    }

    @Test
    void whatIsMountedOverADirectoryIsSeen() throws IOException, InterruptedException {
        var over = Files.createDirectory(directory.resolve("d"));
        var name = name("d/x.h");
        Files.writeString(Path.of(name), "int x;");
        lookTwice(watching, name);
        assumeTrue(run("mount", "-t", "tmpfs", "none", over.toString()) == 0, "Nobody here may mount");
        try {
            assertThat(watching.look(name)).isInstanceOf(Look.Absent.class);
            Files.writeString(Path.of(name), "int y;");
            assertThat(watching.look(name)).isEqualTo(looking.look(name));
        } finally {
            run("umount", over.toString());
        }
        assertThat(watching.look(name)).isEqualTo(looking.look(name));
    }

    @Test
    void thereIsNotRoomForAllNames() throws IOException {
        var limit = 4;
        try (var small = new Lookout(Notices::open, limit, Duration.ZERO)) {
            var table = table(small);
            var names = new ArrayList<String>();
            for (var i = 0; i < 20; i++) {
                names.add(name("x%d.h".formatted(i)));
                Files.writeString(Path.of(names.getLast()), "int x;");
                lookTwice(table, names.getLast());
            }
            Files.delete(directory.resolve("x0.h"));
            Files.delete(directory.resolve("x19.h"));

            for (var name : names) {
                assertThat(table.look(name)).isEqualTo(looking.look(name));
            }
            assertThat(names.stream().filter(name -> isStanding(table, name)).count())
                    .isLessThan(limit);
        }
    }

    @Test
    void thereIsRoomForSomeNames() throws IOException {
        var name = name("x.h");
        Files.writeString(Path.of(name), "int x;");
        try (var open = Lookout.open()) {
            var table = table(open);
            lookTwice(table, name);
            assertThat(isStanding(table, name)).isTrue();
        }
    }

    @Test
    void whatIsNotWatchedIsLookedAt() {
        var name = "/proc/self/status";
        lookTwice(watching, name);

        assertThat(isStanding(watching, name)).isFalse();
        assertThat(watching.look(name)).isInstanceOf(Look.Present.class);
    }

    private String name(String file) {
        return directory.resolve(file).toString();
    }

    private void loseNotices() throws IOException {
        var busy = directory.resolve("busy");
        for (var i = 0; i < MANY; i++) {
            Files.writeString(busy, "");
            Files.delete(busy);
        }
    }

    private static void lookTwice(FileTable table, String name) {
        var _ = table.look(name);
        var _ = table.look(name);
    }

    private static boolean isStanding(FileTable table, String name) {
        return table.name(name).watch() instanceof Name.Watched(var post) && post.standing(System.nanoTime()) != null;
    }

    /// All files by their own names, through links, and by ways that go up.
    private List<String> names() {
        var names = new ArrayList<String>();
        var ways = new ArrayList<>(DIRECTORIES);
        ways.addAll(LINKS);
        ways.addAll(List.of("a/b/..", "a/./b", "l/..", "a//b/", "d/far/../b"));
        for (var way : ways) {
            names.add(name("") + "/" + way);
            FILES.forEach(file -> names.add(name("") + "/" + way + "/" + file));
        }
        return names;
    }

    private void meddle(Random random) throws IOException {
        var into = directory.resolve(any(random, DIRECTORIES));
        var file = into.resolve(any(random, FILES));
        var other = directory.resolve(any(random, DIRECTORIES)).resolve(any(random, FILES));
        try {
            switch (random.nextInt(14)) {
                case 0, 1 -> Files.createDirectories(into);
                case 2, 3, 4 -> Files.writeString(file, "int x%d;".formatted(random.nextInt()));
                case 5 -> Files.writeString(file, "int y;", StandardOpenOption.APPEND);
                case 6 -> Files.move(file, other, StandardCopyOption.REPLACE_EXISTING);
                case 7 -> Files.createLink(other, file);
                case 8 -> Files.deleteIfExists(file);
                case 9 -> Files.setLastModifiedTime(file, FileTime.fromMillis(random.nextInt()));
                case 10 ->
                    Files.setPosixFilePermissions(
                            random.nextBoolean() ? into : file,
                            PosixFilePermissions.fromString(random.nextBoolean() ? "rwxr-xr-x" : "rwx------"));
                case 11 -> Files.move(into, directory.resolve(any(random, DIRECTORIES)));
                case 12 -> Files.move(into, directory.resolve("gone" + random.nextInt()));
                case 13 -> relink(random);
                default -> throw new AssertionError();
            }
        } catch (NoSuchFileException | FileAlreadyExistsException _) {
            // Nothing happens this time.
        } catch (FileSystemException e) {
            assertThat(e.getReason())
                    .isIn("Not a directory", "Invalid argument", "Is a directory", "Directory not empty");
        }
    }

    private void relink(Random random) throws IOException {
        var link = directory.resolve(any(random, LINKS));
        Files.deleteIfExists(link);
        var to = any(random, DIRECTORIES);
        Files.createSymbolicLink(
                link,
                random.nextBoolean() ? Path.of(name(to)) : Path.of("..", "a").resolve(to));
    }

    private static <T> T any(Random random, List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    private static int run(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }
}

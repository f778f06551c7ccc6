// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import build.steading.blob.Blobs;
import build.steading.blob.MemoryBlobStore;
import build.steading.compile.source.Mark;
import build.steading.compile.source.Place;
import build.steading.digest.Digest;
import build.steading.failure.SteadingException;
import build.steading.lifecycle.ManualClock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileTableTest {
    @TempDir
    Path directory;

    private final ManualClock clock = new ManualClock();
    private final MemoryBlobStore blobs = new MemoryBlobStore();
    private final FileTable table = FileTable.looking(blobs);
    private final CountingBlobStore counted = new CountingBlobStore(new MemoryBlobStore());
    /// Believes that all files are old.
    private final FileTable later = new FileTable(counted, Lookout.none(), clock);

    @Test
    void aLookSaysWhatTheKernelSays() throws IOException {
        var include = Path.of("/usr/include");
        assumeTrue(Files.isDirectory(include), "There is no `/usr/include`");
        try (var files = Files.walk(include)) {
            files.filter(Files::exists).forEach(this::assertSameAsJava);
        }
        assertSameAsJava(Path.of("/dev/null"));
        assertSameAsJava(Path.of("/proc/self/status"));
    }

    private void assertSameAsJava(Path file) {
        try {
            var known = Files.readAttributes(file, "unix:*");
            var found = present(file);
            assertThat(Map.of(
                            "dev", found.device(),
                            "ino", found.inode(),
                            "mode", found.mode(),
                            "size", found.size()))
                    .as("%s", file)
                    .isEqualTo(Map.of(
                            "dev", known.get("dev"),
                            "ino", known.get("ino"),
                            "mode", known.get("mode"),
                            "size", known.get("size")));
            if (!file.startsWith("/proc")) {
                assertThat(found.modifiedNanos()).isEqualTo(nanos((FileTime) known.get("lastModifiedTime")));
                assertThat(found.changedNanos()).isEqualTo(nanos((FileTime) known.get("ctime")));
            }
            assertThat(found.isFile()).isEqualTo(Files.isRegularFile(file));
            assertThat(found.isDirectory()).isEqualTo(Files.isDirectory(file));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static long nanos(FileTime time) {
        var instant = time.toInstant();
        return instant.getEpochSecond() * 1_000_000_000 + instant.getNano();
    }

    @Test
    void whatIsAbsentIsToldFromWhatCannotBeRead() throws IOException {
        Files.writeString(file("a.h"), "");
        Files.createSymbolicLink(file("loop"), Path.of("loop"));
        Files.createSymbolicLink(file("nowhere"), Path.of("gone"));

        assertThat(look("gone")).isEqualTo(Look.Absent.ABSENT);
        assertThat(look("nowhere")).isEqualTo(Look.Absent.ABSENT);
        assertThat(look("a.h/b.h")).isEqualTo(Look.Absent.ABSENT);
        assertThat(look("gone/../a.h")).isEqualTo(Look.Absent.ABSENT);
        assertThat(look("loop")).isInstanceOf(Look.Unreadable.class);
        assertThat(look("bytes\uFFFD")).isInstanceOf(Look.Unreadable.class);
        assertThat(look("half\uD800")).isInstanceOf(Look.Unreadable.class);
        assertThat(look("a.h\0")).isInstanceOf(Look.Unreadable.class);
        assertThat(look("x/".repeat(2100))).isInstanceOf(Look.Unreadable.class);
        assertThatThrownBy(() -> table.look("a.h")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void namesMayHaveAllLetters() throws IOException {
        Files.writeString(file("Größe-Ω-𝄞.h"), "x");

        assertThat(content("Größe-Ω-𝄞.h").digest()).isEqualTo(digest("x"));
    }

    @Test
    void theLongestNameIsLookedAt() {
        var name = "/" + "./".repeat(2047);

        assertThat(name).hasSize(4095);
        assertThat(table.look(name)).isInstanceOf(Look.Present.class);
        assertThat(table.look(name + "/")).isInstanceOf(Look.Unreadable.class);
    }

    @Test
    void parentsAreThoseOfWhereALinkLeads() throws IOException {
        Files.createDirectories(file("real/below"));
        Files.writeString(file("real/a.h"), "there");
        Files.writeString(file("a.h"), "here");
        Files.createSymbolicLink(file("link"), Path.of("real/below"));

        assertThat(content("link/../a.h").digest()).isEqualTo(digest("there"));
    }

    @Test
    void whatIsReadIsStored() throws IOException {
        Files.writeString(file("a.h"), "int a;");
        Files.setPosixFilePermissions(file("a.h"), PosixFilePermissions.fromString("rwxr-xr-x"));

        var content = content("a.h");
        assertThat(content.digest()).isEqualTo(digest("int a;"));
        assertThat(content.executable()).isTrue();
        assertThat(Blobs.read(blobs, content.digest())).asString().isEqualTo("int a;");
    }

    @Test
    void longFilesAreStoredAsWell() throws IOException {
        var bytes = new byte[Reader.MAX_WHOLE_BYTES + 1];
        bytes[bytes.length - 1] = 1;
        Files.write(file("long.h"), bytes);

        assertThat(content("long.h").digest()).isEqualTo(Digest.of(bytes));
        assertThat(Blobs.read(blobs, Digest.of(bytes))).isEqualTo(bytes);
        assertThat(table.view()
                        .places(directory.toString(), false, (_, _) -> {})
                        .at("long.h"))
                .isEqualTo(new Place.Unreadable());
    }

    @Test
    void filesAreBoundedInLength() throws IOException {
        try (var channel = Files.newByteChannel(
                file("hole"), StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.SPARSE)) {
            channel.position(1L << 30).write(ByteBuffer.allocate(1));
        }

        assertThat(read("hole")).isInstanceOf(Reading.Unreadable.class);
    }

    @Test
    void onlyFilesAreRead() throws Exception {
        var made = new ProcessBuilder("mkfifo", file("fifo").toString()).start().waitFor();
        assumeTrue(made == 0, "There is no `mkfifo`");

        assertThat(read("fifo")).isInstanceOf(Reading.Unreadable.class);
        assertThat(table.read("/dev/zero")).isInstanceOf(Reading.Unreadable.class);
        assertThat(read(".")).isInstanceOf(Reading.Directory.class);
        assertThat(read("gone")).isEqualTo(Reading.Absent.ABSENT);
    }

    @Test
    void aFileThatSaysItIsEmptyIsNotBelieved() {
        assertThat(table.read("/proc/self/status")).isInstanceOf(Reading.Unreadable.class);
    }

    @Test
    void editsWithinOneTickAreAllSeen() throws IOException {
        for (var i = 1000; i < 2000; i++) {
            Files.writeString(file("a.h"), "int a = " + i + ";");
            assertThat(content("a.h").digest()).isEqualTo(digest("int a = " + i + ";"));
        }
    }

    @Test
    void whatHasJustChangedIsReadAgainUntilItIsOldEnough() throws IOException {
        Files.writeString(file("a.h"), "");
        var changedNanos = present(file("a.h")).changedNanos();
        var exact = new FileTable(
                blobs, Lookout.none(), () -> Instant.ofEpochSecond(0, changedNanos + Signature.TICK_NANOS));
        var early = new FileTable(
                blobs, Lookout.none(), () -> Instant.ofEpochSecond(0, changedNanos + Signature.TICK_NANOS - 1));
        assumeTrue(changedNanos % 1_000_000_000 != 0, "This file system knows whole seconds only");

        assertThat(((Reading.File) exact.read(name("a.h"))).content().settled()).isTrue();
        assertThat(((Reading.File) early.read(name("a.h"))).content().settled()).isFalse();
    }

    @Test
    void aFileOfTheFutureIsNeverSettled() {
        var future = new Signature(1, 1, 0x81A4, 1, 0, 5_000_000_000_000_000_001L, 0);

        assertThat(future.vouchesAt(4_000_000_000_000_000_000L)).isFalse();
    }

    @Test
    void aFileSystemThatKnowsWholeSecondsOnlyNeedsMoreOfThem() {
        var coarse = new Signature(1, 1, 0x81A4, 1, 0, 7_000_000_000L, 0);
        var enough = 7_000_000_000L + Signature.COARSE_NANOS + Signature.TICK_NANOS;

        assertThat(coarse.vouchesAt(enough)).isTrue();
        assertThat(coarse.vouchesAt(enough - 1)).isFalse();
    }

    @Test
    void whatIsSettledIsReadOnce() throws IOException {
        clock.advance(Duration.ofHours(1));
        Files.writeString(file("a.h"), "int a;");
        Files.createSymbolicLink(file("b.h"), Path.of("a.h"));

        assertThat(later.read(name("a.h"))).isEqualTo(later.read(name("./a.h"))).isEqualTo(later.read(name("b.h")));
        assertThat(counted.puts()).isEqualTo(1);
    }

    @Test
    void aRestoredTimeHidesNothing() throws IOException {
        clock.advance(Duration.ofHours(1));
        Files.writeString(file("a.h"), "int a;");
        var before = Files.getLastModifiedTime(file("a.h"));
        later.read(name("a.h"));
        awaitTick(file("a.h"));
        Files.writeString(file("a.h"), "int b;");
        Files.setLastModifiedTime(file("a.h"), before);

        assertThat(((Reading.File) later.read(name("a.h"))).content().digest()).isEqualTo(digest("int b;"));
    }

    @Test
    void aFileThatTakesThePlaceOfAnotherIsSeen() throws IOException {
        clock.advance(Duration.ofHours(1));
        Files.writeString(file("a.h"), "int a;");
        Files.writeString(file("new.h"), "int b;");
        later.read(name("a.h"));
        Files.move(file("new.h"), file("a.h"), StandardCopyOption.ATOMIC_MOVE);

        assertThat(((Reading.File) later.read(name("a.h"))).content().digest()).isEqualTo(digest("int b;"));
    }

    @Test
    void whatTheStoreHasLostIsStoredAgain() throws IOException {
        clock.advance(Duration.ofHours(1));
        Files.writeString(file("a.h"), "int a;");
        var content = ((Reading.File) later.read(name("a.h"))).content();
        counted.forget(content.digest());

        later.keep(Map.of(name("a.h"), content));
        assertThat(Blobs.read(counted, content.digest())).asString().isEqualTo("int a;");
        later.keep(Map.of(name("a.h"), content));
        assertThat(counted.puts()).isEqualTo(2);
    }

    @Test
    void whatIsGoneFromStoreAndFileIsMissed() throws IOException {
        Files.writeString(file("a.h"), "int a;");
        var content = ((Reading.File) later.read(name("a.h"))).content();
        counted.forget(content.digest());
        Files.writeString(file("a.h"), "int b;");

        assertThatThrownBy(() -> later.keep(Map.of(name("a.h"), content)))
                .isInstanceOf(SteadingException.class)
                .hasMessage("`%s` has changed since it was read", name("a.h"));
    }

    @Test
    void placesAreRelativeToTheirDirectory() throws IOException {
        Files.createDirectories(file("below"));
        Files.writeString(file("a.h"), "#include \"b.h\"\n");
        Files.writeString(file("a.s"), " .incbin \"b\"\n# __DATE__\n");
        Files.createSymbolicLink(file("link"), Path.of("below"));
        var places = table.view().places(file("below").toString(), false, (_, _) -> {});

        assertThat(places.at("../a.h"))
                .isInstanceOfSatisfying(
                        Place.File.class,
                        place -> assertThat(place.scan().inclusions()).hasSize(1));
        assertThat(places.at("b.h")).isEqualTo(new Place.Nothing());
        assertThat(places.at("."))
                .isInstanceOf(Place.Directory.class)
                .isEqualTo(places.at("../link"))
                .isNotEqualTo(places.at(".."));
        assertThat(places.at("../a.h/")).isEqualTo(new Place.Nothing());
        assertThat(places.at("loop\uFFFD")).isEqualTo(new Place.Unreadable());
    }

    @Test
    void assemblerIsScannedAsSuch() throws IOException {
        clock.advance(Duration.ofHours(1));
        Files.writeString(file("a.s"), "# __DATE__ is a comment\n .incbin \"b\"\n#include \"c\"\n");
        var source =
                later.view().places(directory.toString(), false, (_, _) -> {}).at("a.s");
        var plain =
                later.view().places(directory.toString(), true, (_, _) -> {}).at("a.s");

        assertThat(((Place.File) source).scan().inclusions()).isNotEmpty();
        assertThat(((Place.File) plain).scan().inclusions()).isEmpty();
        assertThat(((Place.File) plain).scan().marks()).contains(Mark.ASSEMBLER_INPUT);
    }

    @Test
    void manyReadersGetWhatIsThere() throws Exception {
        for (var i = 0; i < 50; i++) {
            Files.writeString(file(i + ".h"), "int a" + i + ";");
        }
        clock.advance(Duration.ofHours(1));
        Callable<Map<Integer, Digest>> reader = () -> {
            var found = new HashMap<Integer, Digest>();
            for (var i = 0; i < 50; i++) {
                found.put(
                        i, ((Reading.File) later.read(name(i + ".h"))).content().digest());
            }
            return found;
        };
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var all = threads.invokeAll(Collections.nCopies(200, reader));
            for (var one : all) {
                assertThat(one.get())
                        .allSatisfy((i, digest) -> assertThat(digest).isEqualTo(digest("int a" + i + ";")))
                        .hasSize(50);
            }
        }
        assertThat(counted.puts()).isEqualTo(50);
    }

    @Test
    void noNumberOfNamesIsTooMany() {
        var known = new Known<Integer, Integer>(100);
        for (var i = 0; i < 1000; i++) {
            known.put(i, i);
            assertThat(known.find(7).isPresent()).isEqualTo(i >= 7);
        }
        var left = IntStream.range(0, 1000)
                .filter(i -> known.find(i).isPresent())
                .boxed()
                .collect(Collectors.toSet());
        assertThat(left).contains(7, 999).hasSizeBetween(50, 100);
    }

    /// Returns once a change of a file would be stamped with another time.
    static void awaitTick(Path file) throws IOException {
        var probe = file.resolveSibling("probe");
        var before = Files.getAttribute(file, "unix:ctime");
        do {
            Files.deleteIfExists(probe);
            Files.createFile(probe);
        } while (Files.getAttribute(probe, "unix:ctime").equals(before));
        Files.delete(probe);
    }

    private Path file(String name) {
        return directory.resolve(name);
    }

    private String name(String name) {
        return directory + "/" + name;
    }

    private Look look(String name) {
        return table.look(name(name));
    }

    private Signature present(Path file) {
        return ((Look.Present) table.look(file.toString())).signature();
    }

    private Reading read(String name) {
        return table.read(name(name));
    }

    private Content content(String name) {
        return ((Reading.File) read(name)).content();
    }

    private static Digest digest(String text) {
        return Digest.of(text.getBytes(StandardCharsets.UTF_8));
    }
}

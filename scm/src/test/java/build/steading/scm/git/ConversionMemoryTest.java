// SPDX-License-Identifier: Apache-2.0
package build.steading.scm.git;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import build.steading.digest.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConversionMemoryTest {
    private static final int RECORD_BYTES = 64;

    @TempDir
    private Path temp;

    @Test
    void whatIsRememberedIsFoundBeforeAndAfterRestart() {
        try (var memory = open(10_000)) {
            remember(memory, 0, 5000);
            assertKnown(memory, 0, 5000);
            assertThat(memory.find(id(5000))).isNull();
        }
        try (var memory = open(10_000)) {
            assertKnown(memory, 0, 5000);
            remember(memory, 5000, 5010);
            assertKnown(memory, 0, 5010);
            assertThat(memory.findAll(List.of(id(1), id(9999), id(5009))))
                    .containsExactly(digest(1), null, digest(5009));
        }
    }

    @Test
    void olderHalfIsForgottenBeyondTheLimit() throws IOException {
        try (var memory = open(100)) {
            remember(memory, 0, 100);
            assertKnown(memory, 0, 100);
            remember(memory, 100, 101);
            assertKnown(memory, 50, 101);
            assertThat(memory.find(id(49))).isNull();
        }
        try (var memory = open(100)) {
            assertKnown(memory, 50, 101);
        }
        assertThat(Files.size(file())).isEqualTo((1 + 51) * RECORD_BYTES);
    }

    @Test
    void tornTailIsDroppedAndWrittenOver() throws IOException {
        try (var memory = open(1000)) {
            remember(memory, 0, 100);
        }
        Files.write(file(), new byte[RECORD_BYTES / 2], StandardOpenOption.APPEND);
        try (var memory = open(1000)) {
            assertKnown(memory, 0, 100);
            remember(memory, 100, 200);
        }
        try (var memory = open(1000)) {
            assertKnown(memory, 0, 200);
        }
    }

    @Test
    void whatFollowsDamageIsDropped() throws IOException {
        try (var memory = open(1000)) {
            remember(memory, 0, 100);
        }
        var bytes = Files.readAllBytes(file());
        bytes[RECORD_BYTES * (1 + 70) + 33] ^= 1;
        Files.write(file(), bytes);
        try (var memory = open(1000)) {
            assertKnown(memory, 0, 70);
            assertThat(memory.find(id(70))).isNull();
            assertThat(memory.find(id(71))).isNull();
        }
    }

    @Test
    void damageWhileOpenIsNotBelieved() throws IOException {
        try (var memory = open(1000)) {
            remember(memory, 0, 100);
            memory.flush();
            Files.write(file(), new byte[RECORD_BYTES * 200]);
            assertThat(memory.find(id(3))).isNull();
        }
    }

    @Test
    void fileOfAnotherKindIsBegunAnew() throws IOException {
        Files.write(file(), "something else entirely".repeat(100).getBytes(UTF_8));
        try (var memory = open(1000)) {
            assertThat(memory.find(id(0))).isNull();
            remember(memory, 0, 10);
        }
        try (var memory = open(1000)) {
            assertKnown(memory, 0, 10);
        }
    }

    @Test
    void memoryThatCannotBeOpenedKnowsNothing() throws IOException {
        Files.createDirectories(file());
        try (var memory = open(1000)) {
            remember(memory, 0, 1);
            assertThat(memory.find(id(0))).isNull();
        }
    }

    @Test
    void idsWithTheSameBeginningAreToldApart() {
        var one = ObjectId.fromString("0123456789abcdef0000000000000000000000aa");
        var two = ObjectId.fromString("0123456789abcdef0000000000000000000000bb");
        try (var memory = open(1000)) {
            memory.remember(one, digest(1));
            assertThat(memory.find(two)).isNull();
            memory.remember(two, digest(2));
            assertThat(memory.findAll(List.of(one, two))).containsExactly(digest(1), digest(2));
        }
    }

    private ConversionMemory open(int maxRecords) {
        return new ConversionMemory(file(), maxRecords);
    }

    private Path file() {
        return temp.resolve("digests");
    }

    private static void remember(ConversionMemory memory, int from, int to) {
        for (var i = from; i < to; i++) {
            memory.remember(id(i), digest(i));
        }
    }

    private static void assertKnown(ConversionMemory memory, int from, int to) {
        for (var i = from; i < to; i++) {
            assertThat(memory.find(id(i))).as("%d", i).isEqualTo(digest(i));
        }
    }

    private static ObjectId id(int i) {
        return new ObjectInserter.Formatter().idFor(Constants.OBJ_BLOB, ("object " + i).getBytes(UTF_8));
    }

    private static Digest digest(int i) {
        return Digest.of(("content " + i).getBytes(UTF_8));
    }
}

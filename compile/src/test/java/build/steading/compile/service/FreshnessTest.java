// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.service;

import static org.assertj.core.api.Assertions.assertThat;

import build.steading.digest.Digest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/// Remembers compiles, and sees what has changed since.
class FreshnessTest extends Compiling {
    @Test
    void sameCompileIsAnsweredWithoutTheFarm() throws Exception {
        assertNative("gcc -Iinclude -c a.c");
        assertNative("gcc -Iinclude -c a.c");
        assertThat(farm.requests).hasSize(1);
        var counts = compiles.statistics().counts();
        assertThat(counts.remote()).isEqualTo(1);
        assertThat(counts.hits()).isEqualTo(1);
        assertThat(counts.shared()).isZero();
        assertThat(counts.local()).isZero();
        assertThat(counts.compiles()).isEqualTo(2);
        assertThat(counts.outputBytes()).isEqualTo(2 * Files.size(directory.resolve("a.o")));
        assertThat(compiles.statistics().how(directory + "/a.o")).contains("known here");
    }

    @Test
    void otherProcessIsAnsweredByTheFarm() throws Exception {
        assertNative("gcc -Iinclude -c a.c");
        compiles = compiles();
        assertNative("gcc -Iinclude -c a.c");
        assertThat(farm.ran).hasSize(1);
        assertThat(compiles.statistics().counts().shared()).isEqualTo(1);
        assertThat(compiles.statistics().how(directory + "/a.o")).contains("known to the farm");
    }

    @Test
    void editedHeaderIsSeen() throws Exception {
        assertNative("gcc -Iinclude -c a.c");
        write("include/a.h", "#define A 2\n");
        assertNative("gcc -Iinclude -c a.c");
        write("include/a.h", "#define A 3\n");
        assertNative("gcc -Iinclude -c a.c");
        assertThat(farm.ran).doesNotHaveDuplicates().hasSize(3);
    }

    @Test
    void whoEditsOneFileAndWaitsHasItCompiledAtHome() throws Exception {
        mode = TypedCommand.Mode.USUAL;
        assertNative("gcc -Iinclude -c a.c");
        write("a.c", "int g(void) { return 1; }\n");
        assertThat(compile("gcc -Iinclude -c a.c")).as("so soon after another").isInstanceOf(Answer.Done.class);

        write("a.c", "int g(void) { return 2; }\n");
        Thread.sleep(Traffic.LULL);
        var home = home("gcc -Iinclude -c a.c");
        assertThat(home.reason()).isEqualTo("alone");
        assertThat(home.failed()).isFalse();
        home.slot().close();
        for (var i = 0; i < 200 && !(farm.ran.size() == 3 && farm.knows(farm.ran.getLast())); i++) {
            Thread.sleep(Traffic.LULL.dividedBy(10));
        }
        assertThat(compile("gcc -Iinclude -c a.c")).isInstanceOf(Answer.Done.class);
        assertThat(farm.ran)
                .as("for whoever compiles the same")
                .doesNotHaveDuplicates()
                .hasSize(3);
    }

    @Test
    void farmDoesItIfItIsThisVeryMachine() throws Exception {
        mode = TypedCommand.Mode.USUAL;
        isFarm = true;
        compiles = compiles();
        assertNative("gcc -Iinclude -c a.c");
        write("a.c", "int g(void) { return 2; }\n");
        Thread.sleep(Traffic.LULL);
        assertThat(compile("gcc -Iinclude -c a.c")).isInstanceOf(Answer.Done.class);
    }

    @Test
    void farmDoesItIfThatIsWanted() throws Exception {
        assertNative("gcc -Iinclude -c a.c");
        write("a.c", "int g(void) { return 2; }\n");
        Thread.sleep(Traffic.LULL);
        assertThat(compile("gcc -Iinclude -c a.c")).isInstanceOf(Answer.Done.class);
    }

    @Test
    void newHeaderEarlierOnThePathIsSeen() throws Exception {
        Files.createDirectory(directory.resolve("first"));
        assertNative("gcc -Ifirst -Iinclude -c a.c");
        write("first/a.h", "#define A 5\n");
        assertNative("gcc -Ifirst -Iinclude -c a.c");
        assertThat(farm.ran).hasSize(2);
    }

    @Test
    void headerInPlaceOfADirectoryIsSeen() throws Exception {
        Files.createDirectories(directory.resolve("first/a.h"));
        assertNative("gcc -Ifirst -Iinclude -c a.c");
        Files.delete(directory.resolve("first/a.h"));
        write("first/a.h", "#define A 5\n");
        assertNative("gcc -Ifirst -Iinclude -c a.c");
        assertThat(farm.ran).hasSize(2);
    }

    @Test
    void directoryOfHeadersThatAppearsIsSeen() throws Exception {
        assertNative("gcc -Ifirst -Iinclude -c a.c");
        write("first/a.h", "#define A 5\n");
        assertNative("gcc -Ifirst -Iinclude -c a.c");
        assertThat(farm.ran).hasSize(2);
    }

    @Test
    void linkThatLeadsElsewhereIsSeen() throws Exception {
        write("other/a.h", "#define A 7\n");
        Files.createSymbolicLink(directory.resolve("link"), Path.of("include"));
        assertNative("gcc -Ilink -c a.c");
        Files.delete(directory.resolve("link"));
        Files.createSymbolicLink(directory.resolve("link"), Path.of("other"));
        assertNative("gcc -Ilink -c a.c");
        assertThat(farm.ran).hasSize(2);
    }

    @Test
    void directoryThatIsNoLongerAnotherOneIsSeen() throws Exception {
        write("a.c", "#include <n.h>\nint f(void) { return N; }\n");
        var next = "#if __has_include_next(<n.h>)\n#define N 2\n#else\n#define N 1\n#endif\n";
        write("one/n.h", next);
        write("two/n.h", next);
        Files.createSymbolicLink(directory.resolve("link"), Path.of("one"));
        assertNative("gcc -Ione -Ilink -c a.c");
        Files.delete(directory.resolve("link"));
        Files.createSymbolicLink(directory.resolve("link"), Path.of("two"));
        assertNative("gcc -Ione -Ilink -c a.c");
    }

    @Test
    void directoryThatBecomesAnotherOneIsSeen() throws Exception {
        write("a.c", "#include <n.h>\nint f(void) { return N; }\n");
        var next = "#if __has_include_next(<n.h>)\n#define N 2\n#else\n#define N 1\n#endif\n";
        write("one/n.h", next);
        write("two/n.h", next);
        assertNative("gcc -Ione -Itwo -c a.c");
        Files.move(directory.resolve("two"), directory.resolve("three"));
        Files.createSymbolicLink(directory.resolve("two"), Path.of("one"));
        assertNative("gcc -Ione -Itwo -c a.c");
    }

    @Test
    void directoryThatIsMadeAnewIsTheSame() throws Exception {
        assertNative("gcc -Iinclude -c a.c");
        Files.move(directory.resolve("include"), directory.resolve("old"));
        Files.createDirectory(directory.resolve("include"));
        Files.copy(directory.resolve("old/a.h"), directory.resolve("include/a.h"));
        assertNative("gcc -Iinclude -c a.c");
        assertThat(farm.requests).hasSize(1);
    }

    @Test
    void touchedFilesAreTheSame() throws Exception {
        assertNative("gcc -Iinclude -c a.c");
        Files.setLastModifiedTime(directory.resolve("include/a.h"), FileTime.from(Instant.EPOCH));
        Files.setLastModifiedTime(directory.resolve("a.c"), FileTime.from(Instant.EPOCH));
        assertNative("gcc -Iinclude -c a.c");
        assertThat(farm.requests).hasSize(1);
    }

    @Test
    void resultThatHasGoneFromTheStoreIsMadeAgain() throws Exception {
        assertNative("gcc -Iinclude -c a.c");
        blobs.lose(digest("a.o"));
        assertNative("gcc -Iinclude -c a.c");
        assertThat(farm.ran).hasSize(2);
        assertThat(compiles.statistics().counts().local()).isZero();
    }

    @Test
    void inputsThatHaveGoneFromTheStoreAreBroughtAgain() throws Exception {
        assertNative("gcc -Iinclude -c a.c");
        blobs.lose(digest("include/a.h"));
        blobs.lose(Digest.of(Files.readAllBytes(Path.of("/usr/bin/gcc"))));
        blobs.lose(digest("a.o"));
        assertNative("gcc -Iinclude -c a.c");
        assertThat(farm.ran).hasSize(2);
        assertThat(compiles.statistics().counts().local()).isZero();
    }

    @Test
    void refreshedCompileRunsAgain() throws Exception {
        assertNative("gcc -Iinclude -c a.c");
        mode = TypedCommand.Mode.REFRESH;
        assertNative("gcc -Iinclude -c a.c");
        assertThat(farm.ran).hasSize(2);
    }
}

// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.files;

import static org.assertj.core.api.Assertions.assertThat;

import build.steading.blob.MemoryBlobStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LikenessTest {
    @TempDir
    Path directory;

    private final FileTable table = FileTable.looking(new MemoryBlobStore());

    @BeforeEach
    void makeDirectories() throws IOException {
        for (var name : new String[] {"a", "b", "c"}) {
            Files.createDirectory(directory.resolve(name));
        }
        Files.createSymbolicLink(directory.resolve("a2"), Path.of("a"));
    }

    @Test
    void directoriesMayBeMadeAnew() throws IOException {
        var snapshot = snapshot();
        assertThat(snapshot.holds()).isTrue();
        for (var name : new String[] {"a", "b"}) {
            Files.move(directory.resolve(name), directory.resolve("old " + name));
            Files.createDirectory(directory.resolve(name));
        }
        assertThat(snapshot.holds()).isTrue();
    }

    @Test
    void whatWasOneMustStayOne() throws IOException {
        var snapshot = snapshot();
        Files.delete(directory.resolve("a2"));
        Files.createSymbolicLink(directory.resolve("a2"), Path.of("c"));
        assertThat(snapshot.holds()).isFalse();
    }

    @Test
    void whatWasAnotherMustStayAnother() throws IOException {
        var snapshot = snapshot();
        Files.delete(directory.resolve("b"));
        Files.createSymbolicLink(directory.resolve("b"), Path.of("a"));
        assertThat(snapshot.holds()).isFalse();
    }

    @Test
    void changedSidesAreSeen() throws IOException {
        var snapshot = snapshot();
        Files.delete(directory.resolve("a2"));
        Files.createSymbolicLink(directory.resolve("a2"), Path.of("b"));
        assertThat(snapshot.holds()).isFalse();
    }

    @Test
    void directoriesMustBeThere() throws IOException {
        var snapshot = snapshot();
        Files.delete(directory.resolve("b"));
        assertThat(snapshot.holds()).isFalse();
        Files.createFile(directory.resolve("b"));
        assertThat(snapshot.holds()).isFalse();
    }

    private Snapshot snapshot() {
        return table.snapshot()
                .directory(directory + "/a", "1")
                .directory(directory + "/a2", "1")
                .directory(directory + "/b", "2")
                .build();
    }
}

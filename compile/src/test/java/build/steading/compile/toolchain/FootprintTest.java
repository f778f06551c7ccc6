// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.toolchain;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FootprintTest {
    @TempDir
    Path temporary;

    private Path directory;
    private final Evidence evidence = new Evidence(Stamps::of);
    private final Footprint footprint = new Footprint(evidence);

    @BeforeEach
    void makesFiles() throws IOException {
        directory = temporary.toRealPath();
        Files.createDirectories(directory.resolve("usr/lib/deep"));
        Files.writeString(directory.resolve("usr/lib/file"), "");
        Files.createSymbolicLink(directory.resolve("lib"), Path.of("usr/lib"));
        Files.createSymbolicLink(directory.resolve("usr/lib/link"), directory.resolve("lib/file"));
        Files.createSymbolicLink(directory.resolve("deep"), Path.of("lib/deep"));
        Files.createSymbolicLink(directory.resolve("loop"), Path.of("./loop"));
    }

    @Test
    void holdsLinksOnTheWay() {
        assertThat(footprint.add(directory + "/lib/link")).contains(directory.resolve("usr/lib/file"));
        assertThat(footprint.files())
                .containsExactly(directory + "/lib", directory + "/usr/lib/file", directory + "/usr/lib/link");
        assertThat(footprint.directories()).isEmpty();
    }

    @Test
    void goesUpFromWhereALinkLed() {
        assertThat(footprint.add(directory + "/deep/../file")).contains(directory.resolve("usr/lib/file"));
        assertThat(footprint.files())
                .containsExactly(directory + "/deep", directory + "/lib", directory + "/usr/lib/file");
        assertThat(footprint.directories()).containsExactly(directory + "/usr/lib/deep");
    }

    @Test
    void holdsDirectoriesByTheirRealNames() {
        assertThat(footprint.add(directory + "/deep/")).contains(directory.resolve("usr/lib/deep"));
        assertThat(footprint.directories()).containsExactly(directory + "/usr/lib/deep");
    }

    @Test
    void holdsNothingOfWhatDoesNotExist() {
        assertThat(footprint.add(directory + "/lib/nothing")).isEmpty();
        assertThat(footprint.add(directory + "/lib/file/../file")).isEmpty();
        assertThat(footprint.add(directory + "/loop")).isEmpty();
        assertThat(footprint.files()).isEmpty();
        assertThat(footprint.directories()).isEmpty();
    }

    @Test
    void whatIsWatchedCoversAllThatItLeadsTo() {
        footprint.add(directory + "/lib/link");
        footprint.add(directory + "/deep");
        footprint.addUnwatched(directory + "/usr/lib/deep/../file");

        assertThat(evidence.covers(directory + "/lib/link")).isTrue();
        assertThat(evidence.covers(directory + "/usr/lib/link")).isTrue();
        assertThat(evidence.covers(directory + "/usr/lib/file")).isTrue();
        assertThat(evidence.covers(directory + "/usr/lib/deep")).isFalse();
    }

    @Test
    void whatIsNotWatchedIsNotCovered() {
        footprint.addUnwatched(directory + "/lib/file");

        assertThat(evidence.covers(directory + "/usr/lib/file")).isFalse();
    }

    @Test
    void seesWhatComesToBe() throws IOException {
        footprint.add(directory + "/lib/nothing");
        assertThat(evidence.isCurrent()).isTrue();
        Files.writeString(directory.resolve("usr/lib/nothing"), "");
        assertThat(evidence.isCurrent()).isFalse();
    }

    @Test
    void seesWhatIsChanged() throws IOException {
        footprint.add(directory + "/lib/link");
        assertThat(evidence.isCurrent()).isTrue();
        Files.writeString(directory.resolve("usr/lib/file"), "more");
        assertThat(evidence.isCurrent()).isFalse();
    }
}

// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.toolchain;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CallTest {
    @TempDir
    Path directory;

    @Test
    void directoryMattersOnlyToRelativeNames() {
        assertThat(new Call("gcc", "/usr/bin/gcc", "/usr/bin:/bin", "/home").directory())
                .isEqualTo("/");
        assertThat(new Call("/usr/bin/gcc", "/usr/bin/gcc", "", "/home").directory())
                .isEqualTo("/");
        assertThat(new Call("./gcc", "/home/./gcc", "/bin", "/home").directory())
                .isEqualTo("/home");
        assertThat(new Call("gcc", "/usr/bin/gcc", "/usr/bin:", "/home").directory())
                .isEqualTo("/home");
        assertThat(new Call("gcc", "/usr/bin/gcc", "tools:/usr/bin", "/home").directory())
                .isEqualTo("/home");
    }

    @Test
    void programIsTheFirstThatCanBeRun() throws IOException {
        Files.createDirectories(directory.resolve("a/as"));
        Files.createDirectories(directory.resolve("b"));
        Files.createDirectories(directory.resolve("c"));
        Files.writeString(directory.resolve("b/as"), "");
        Files.writeString(directory.resolve("c/as"), "");
        assertThat(directory.resolve("c/as").toFile().setExecutable(true)).isTrue();
        var call = new Call("/bin/gcc", "/bin/gcc", directory + "/a:b:" + directory + "/c/:/bin", directory.toString());

        assertThat(call.onPath("as")).contains(directory + "/c/as");
        assertThat(call.probes("as")).containsExactly(directory + "/a/as", directory + "/b/as", directory + "/c/as");
        assertThat(call.searches(directory + "/c")).isTrue();
        assertThat(call.searches(directory + "/d")).isFalse();
        assertThat(call.onPath("no-such-program")).isEmpty();
    }
}

// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.toolchain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuestionsTest {
    private static final Call SHELL = new Call("sh", "/bin/sh", "/usr/bin:/bin", "/");

    @TempDir
    Path directory;

    @Test
    void programIsCalledByItsNameInPlainEnglishWithNothingToRead() throws Exception {
        assertThat(new Questions(SHELL).ask("-c", "echo $0 $LC_ALL $PATH; cat")).isEqualTo("sh C /usr/bin:/bin");
    }

    @Test
    void standardErrorIsApart() throws Exception {
        var answer = new Questions(SHELL)
                .askLoudly(directory.toString(), List.of("-c", "echo out; echo error $PWD >&2; exit 3"));
        assertThat(answer).isEqualTo(new Questions.Answer(3, "error " + directory + "\n"));
    }

    @Test
    void failureIsNoAnswer() {
        assertThatThrownBy(() -> new Questions(SHELL).ask("-c", "exit 3"))
                .isInstanceOf(NotUsableException.class)
                .hasMessage("`/bin/sh -c exit 3` ends with 3");
    }

    @Test
    void programThatDoesNotAnswerIsEndedWithWhatItStarted() throws Exception {
        var pid = directory.resolve("pid");
        var script = "sleep 1000 & echo $! >" + pid + "; wait";
        assertThatThrownBy(() -> new Questions(SHELL, Duration.ofSeconds(1)).ask("-c", script))
                .isInstanceOf(NotUsableException.class)
                .hasMessage("`sh` does not answer within 1 s");
        var child = ProcessHandle.of(Long.parseLong(Files.readString(pid).strip()));
        assertThat(child.map(handle -> handle.onExit().join().isAlive()).orElse(false))
                .isFalse();
    }

    @Test
    void endlessAnswerIsCutOff() {
        assertThatThrownBy(() -> new Questions(SHELL).ask("-c", "exec cat /dev/zero"))
                .isInstanceOf(NotUsableException.class);
    }
}

// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.argv;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ResponseFilesTest {
    private static List<String> expand(Map<String, String> files, Words words, String... arguments)
            throws ResponseFiles.Refused {
        ResponseFileReader reader = name -> Optional.ofNullable(files.get(name)).map(text -> text.getBytes(UTF_8));
        return ResponseFiles.expand(List.of(arguments), reader, words);
    }

    @Test
    void filesMayNameFiles() throws ResponseFiles.Refused {
        var files = Map.of("a.rsp", "-DA @sub/b.rsp\n-DC", "sub/b.rsp", " -DB ");
        assertThat(expand(files, Words.GCC, "-c", "@a.rsp", "x.c")).containsExactly("-c", "-DA", "-DB", "-DC", "x.c");
    }

    @Test
    void whatCannotBeOpenedIsAnArgument() throws ResponseFiles.Refused {
        assertThat(expand(Map.of(), Words.GCC, "@none", "@")).containsExactly("@none", "@");
    }

    @Test
    void filesThatNameThemselvesAreRefused() {
        assertThatThrownBy(() -> expand(Map.of("a", "@a"), Words.GCC, "@a")).isInstanceOf(ResponseFiles.Refused.class);
    }

    @Test
    void bytesThatAreNoTextAreRefused() {
        ResponseFileReader reader = _ -> Optional.of(new byte[] {'-', (byte) 0xFF});
        assertThatThrownBy(() -> ResponseFiles.expand(List.of("@a"), reader, Words.GCC))
                .isInstanceOf(ResponseFiles.Refused.class);
    }

    @Test
    void quotesOfGcc() {
        assertThat(Words.GCC.split("a 'b c' \"d e\" f\\ g \\\"h\\\" '' 'i\\'j' k\"l\"'m'\n\tn"))
                .containsExactly("a", "b c", "d e", "f g", "\"h\"", "", "i'j", "klm", "n");
        assertThat(Words.GCC.split(" \n")).isEmpty();
    }

    @Test
    void quotesOfClang() {
        assertThat(Words.CLANG.split("'a\\b' \"c\\\"d\" e\\ f")).containsExactly("a\\b", "c\"d", "e f");
    }

    @Test
    void quotesOfMicrosoft() {
        assertThat(Words.MICROSOFT.split("a\\b \"c d\" \\\"e \"f\\\\\" g\\\\\\\"h 'i j' \"k\"\"l\" \"\""))
                .containsExactly("a\\b", "c d", "\"e", "f\\", "g\\\"h", "'i", "j'", "k\"l", "");
    }
}

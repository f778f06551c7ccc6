// SPDX-License-Identifier: Apache-2.0
package build.steading.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The compile cases notice what wrappers do wrong, and nothing else: small scripts stand in for `steading cc`.
class StandInIT {
    private static final Path TOP = Distribution.TOP.resolve("StandInIT");
    private static final String HONEST = """
        #!/bin/sh
        exec "$@"
        """;

    @BeforeEach
    void begin() throws IOException {
        Required.program("gcc");
        Required.program("g++");
        Files.createDirectories(TOP);
    }

    @AfterEach
    void end() throws IOException {
        Farm.remove(TOP);
    }

    private static CompileWrapper standIn(String script) throws IOException {
        var file = TOP.resolve("stand-in");
        Files.writeString(file, script);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        return new CompileWrapper(file + " ", Path.of("/nonexistent"), Map.of());
    }

    private static List<String> differences(String id, String script) throws IOException, InterruptedException {
        var given = CompileCaseReader.all().stream()
                .filter(each -> each.id().equals(id))
                .findFirst()
                .orElseThrow();
        var runner = new CompileRunner(TOP, given);
        var natively = runner.runAnew(CompileRunner.NATIVE);
        return runner.runAnew(standIn(script)).differences(natively);
    }

    @ParameterizedTest
    @CsvSource({"a01", "a05", "b26", "b45", "b47", "f99"})
    void whoOnlyPassesOnIsFaultless(String id) throws IOException, InterruptedException {
        assertThat(differences(id, HONEST)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        a01 | "$@"; echo >> a.o                         | has \\d+ bytes, not
        a01 | "$@"; exit 3                              | exit code is 3, not 0
        a01 | "$@"; rm -f a.o                           | `a.o` is missing
        a01 | "$@"; touch $TMPDIR/left                  | Temporary files are left: .left
        a05 | mkdir -p nodir; "$@"                      | should not be there
        b26 | "$@"; rm -f *.d                           | `.*\\.d` is missing
        b45 | "$@"; mv a.o real.o; ln -s real.o a.o     | `a.o` is link to `real.o`, not mode
        b46 | "$@"; ln -f a.o twin.o                    | 2 names
        b47 | "$@"; chmod 666 *.o                       | is mode 100666, group \\d+, not mode
        f99 | "$@" 2> /dev/null                         | standard error has 0 bytes
        d71 | if test ! -e kept; then "$@"; cp a.o kept; fi; cp kept a.o | `a.o` has \\d+ bytes
        """)
    void eachFaultIsNoticed(String id, String script, String said) throws IOException, InterruptedException {
        assertThat(differences(id, "#!/bin/sh\n" + script + "\n"))
                .anySatisfy(difference -> assertThat(difference).containsPattern(said));
    }
}

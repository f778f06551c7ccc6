// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.source;

import static org.assertj.core.api.Assertions.assertThat;

import build.steading.compile.argv.CommandLine.Compile;
import build.steading.compile.argv.CommandLines;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ResolverTest {
    private static final List<String> BUILTIN = List.of("/usr/include");

    private static Compile compile(String line) {
        return (Compile) new CommandLines(_ -> Optional.empty()).read(List.of(line.split(" ")), Map.of());
    }

    private static Closure resolve(String line, MemoryPlaces places) {
        return new Resolver(compile(line), BUILTIN, places, 1000).resolve();
    }

    private final MemoryPlaces places = new MemoryPlaces();

    @Test
    void quotedNamesAreFoundBesideTheFileThatNamesThem() {
        places.with("s/a.c", "#include \"b.h\"").with("s/b.h", "#include <b.h>").with("i/b.h", "");
        var closure = resolve("gcc -c s/a.c -Ii", places);

        assertThat(closure.files()).containsExactlyInAnyOrder("s/a.c", "s/b.h", "i/b.h");
        assertThat(closure.unresolved()).isEmpty();
        assertThat(closure.directories()).contains("i");
    }

    @Test
    void namesLookedUpInVainAreTold() {
        places.with("a.c", "#include \"b.h\"").with("y/b.h", "").with("x/z.h", "");
        var closure = resolve("gcc -c a.c -iquote none -Ix -Iy -Iz", places);

        assertThat(closure.files()).containsExactlyInAnyOrder("a.c", "y/b.h");
        assertThat(closure.absent()).contains("b.h", "x/b.h", "none", "z").doesNotContain("none/b.h", "z/b.h");
    }

    @Test
    void theOrderIsThatOfTheCompiler() {
        for (var directory : List.of("q", "i", "s", "/usr/include", "z")) {
            places.with(directory + "/x.h", "").with(directory + "/only.h", "");
        }
        places.with("a.c", "#include \"x.h\"\n#include <only.h>");
        var closure = resolve("gcc -c a.c -idirafter z -isystem s -Ii -iquoteq", places);

        assertThat(closure.files()).containsExactlyInAnyOrder("a.c", "q/x.h", "i/only.h");
    }

    @Test
    void aDirectoryOfTheSystemStaysBehind() {
        places.with("a.c", "#include <x.h>").with("/usr/include/x.h", "").with("i/x.h", "");

        assertThat(resolve("gcc -c a.c -I/usr/include -Ii", places).files()).containsExactlyInAnyOrder("a.c", "i/x.h");
        assertThat(resolve("cl /c a.c /I/usr/include /Ii", places).files())
                .containsExactlyInAnyOrder("a.c", "/usr/include/x.h");
    }

    @Test
    void nextGoesOnBehindTheDirectoryOfTheFile() {
        places.with("a.c", "#include <x.h>")
                .with("1/x.h", "#include_next <x.h>")
                .with("2/x.h", "#include_next <x.h>")
                .with("3/x.h", "");

        assertThat(resolve("gcc -c a.c -I1 -I2 -I3", places).files())
                .containsExactlyInAnyOrder("a.c", "1/x.h", "2/x.h", "3/x.h");
    }

    @Test
    void oneFileIsReadOnceForEachWayToFindIt() {
        places.with("a.c", "#include \"1/x.h\"\n#include <x.h>")
                .with("1/x.h", "#include_next <x.h>")
                .with("2/x.h", "");

        assertThat(resolve("gcc -c a.c -I1 -I2", places).files()).contains("1/x.h", "2/x.h");
    }

    @Test
    void circlesEnd() {
        places.with("d/a.c", "#include \"../d/x.h\"").with("d/x.h", "#include \"../d/x.h\"\n#include \"../d/a.c\"");
        var closure = resolve("gcc -c d/a.c", places);

        assertThat(closure.files()).contains("d/a.c", "d/../d/x.h");
        assertThat(closure.directories()).contains("d");
        assertThat(closure.files()).hasSizeLessThan(10);
    }

    @Test
    void headersOfTheCommandLineAreReadFirst() {
        places.with("a.c", "")
                .with("p.h", "#include \"q.h\"")
                .with("i/m.h", "")
                .with("q.h", "")
                .with("/usr/include/x.h", "");
        var closure = resolve("gcc -c a.c -include p.h -imacros m.h -Ii", places);

        assertThat(closure.files()).containsExactlyInAnyOrder("a.c", "p.h", "q.h", "i/m.h");
        assertThat(closure.absent()).contains("m.h", "p.h.gch", "/usr/include/stdc-predef.h");
    }

    @Test
    void precompiledHeadersAreInputs() {
        places.with("a.c", "#include \"all.h\"").with("all.h", "").with("all.h.gch", "");

        assertThat(resolve("gcc -c a.c", places).precompiled()).containsExactly("all.h.gch");
    }

    @Test
    void computedIncludesStandForAllValuesSeen() {
        places.with("a.c", "#include \"conf.h\"\n#include H\n#include D")
                .with("conf.h", "#if 1\n#define H \"x.h\"\n#else\n#define H G\n#endif\n#define G <y.h>")
                .with("x.h", "#include \"z.h\"")
                .with("i/y.h", "")
                .with("z.h", "")
                .with("d.h", "");
        var closure = resolve("gcc -c a.c -Ii -DD=\"d.h\"", places);

        assertThat(closure.files()).contains("x.h", "i/y.h", "z.h", "d.h");
        assertThat(closure.unresolved()).isEmpty();
    }

    @Test
    void aValueInAHeaderThatAMacroNamesCounts() {
        places.with("a.c", "#include A\n#include B")
                .with("a.h", "#define B \"b.h\"")
                .with("b.h", "");

        assertThat(resolve("gcc -c a.c -DA=\"a.h\"", places).files()).contains("b.h");
    }

    @Test
    void whatIsPutTogetherIsUnresolved() {
        places.with("a.c", "#define H STR(q/CAT(x,1).h)\n#include H");
        assertThat(resolve("gcc -c a.c", places).unresolved()).containsExactly("`H` in `a.c`");

        places.with("a.c", "#define H \"x.h\"\n#include H\n")
                .with("b.h", "#define H STR(x)")
                .with("x.h", "#include \"b.h\"");
        assertThat(resolve("gcc -c a.c", places).unresolved()).containsExactly("`H` in `a.c`");

        places.with("a.c", "#include STR(x)\n#include __FILE__");
        assertThat(resolve("gcc -c a.c", places).unresolved())
                .containsExactly("`STR(` in `a.c`", "`__FILE__` in `a.c`");
    }

    @Test
    void whatIsDefinedNowhereIsIncludedNowhere() {
        places.with("a.c", "#ifdef H\n#include H\n#endif");
        assertThat(resolve("gcc -c a.c", places).unresolved()).isEmpty();
    }

    @Test
    void questionsAreFollowedLikeIncludes() {
        places.with("a.c", "#if __has_include(\"opt.h\")\n#endif");
        assertThat(resolve("gcc -c a.c", places).absent()).contains("opt.h");

        places.with("opt.h", "");
        assertThat(resolve("gcc -c a.c", places).files()).contains("opt.h");
    }

    @Test
    void embeddedFilesAreData() {
        places.with("s/a.c", "#embed \"f.bin\"\n#embed <g.bin>")
                .with("s/f.bin", "#include \"no.h\"")
                .with("e/g.bin", "");
        var closure = resolve("gcc -c s/a.c --embed-dir=e", places);

        assertThat(closure.data()).containsExactlyInAnyOrder("s/f.bin", "e/g.bin");
        assertThat(closure.absent()).doesNotContain("s/no.h");
    }

    @Test
    void dataThatCannotBeReadIsNotPassedOver() {
        places.with("a.c", "#embed \"f.bin\"\n");
        Places closed = name -> name.equals("f.bin") ? new Place.Unreadable() : places.at(name);
        var closure = new Resolver(compile("gcc -c a.c"), BUILTIN, closed, 1000).resolve();

        assertThat(closure.unresolved()).containsExactly("`f.bin` cannot be read");
    }

    @Test
    void namesFromTheRootAreTakenAsTheyAre() {
        places.with("a.c", "#include \"/abs/x.h\"")
                .with("/abs/x.h", "#include \"y.h\"")
                .with("/abs/y.h", "");

        assertThat(resolve("gcc -c a.c", places).files()).contains("/abs/x.h", "/abs/y.h");
    }

    @Test
    void microsoftLooksBesideAllFilesThatLedThere() {
        places.with("s/a.cpp", "#include \"sub/b.h\"")
                .with("s/sub/b.h", "#include \"c.h\"")
                .with("s/c.h", "");

        assertThat(resolve("cl /c s/a.cpp", places).files()).contains("s/c.h");
        assertThat(resolve("gcc -c s/a.cpp", places).files()).doesNotContain("s/c.h");
    }

    @Test
    void marksOfAllFilesAreTold() {
        places.with("a.c", "#include \"b.h\"")
                .with("b.h", "#include \"c.h\"\n__TIME__")
                .with("c.h", "asm(\".incbin \\\"x\\\"\");");

        assertThat(resolve("gcc -c a.c", places).marks()).containsExactlyInAnyOrder(Mark.TIME, Mark.ASSEMBLER_INPUT);
    }

    @Test
    void preprocessedSourcesIncludeNothing() {
        places.with("a.i", "#include \"b.h\"").with("b.h", "");

        assertThat(resolve("gcc -c a.i", places).files()).containsExactly("a.i");
    }

    @Test
    void whatIsMissingOrTooMuchIsUnresolved() {
        assertThat(resolve("gcc -c a.c", places).unresolved()).containsExactly("`a.c` is not there");

        places.with("a.c", "#include \"b.h\"").with("b.h", "#include \"c.h\"").with("c.h", "");
        assertThat(new Resolver(compile("gcc -c a.c"), BUILTIN, places, 2)
                        .resolve()
                        .unresolved())
                .containsExactly("More than 2 files");
        assertThat(new Resolver(compile("gcc -c a.c"), BUILTIN, places, 3)
                        .resolve()
                        .unresolved())
                .isEmpty();
    }

    @Test
    void directoriesInPlaceOfHeadersAreTold() {
        places.with("a.c", "#include \"b.h\"").with("x/b.h/y", "").with("i/b.h", "");
        var closure = resolve("gcc -c a.c -Ix -Ii", places);

        assertThat(closure.files()).containsExactlyInAnyOrder("a.c", "i/b.h");
        assertThat(closure.directories()).contains("x/b.h");
        assertThat(closure.absent()).doesNotContain("x/b.h");
    }

    @Test
    void directoriesThatAreOneAreTold() {
        places.with("a.c", "#include <b.h>").with("x/b.h", "");
        var identities = resolve("gcc -c a.c -Ix -Ix/../x -I.", places).identities();

        assertThat(identities).containsOnlyKeys(".", "x", "x/../x");
        assertThat(identities.get("x")).isEqualTo(identities.get("x/../x")).isNotEqualTo(identities.get("."));
    }
}

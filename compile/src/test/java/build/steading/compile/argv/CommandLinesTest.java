// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.argv;

import static org.assertj.core.api.Assertions.assertThat;

import build.steading.compile.argv.CommandLine.Compile;
import build.steading.compile.argv.CommandLine.Local;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// GCC and Clang. Arguments are written with blanks between them.
class CommandLinesTest {
    private static final CommandLines LINES = new CommandLines(_ -> Optional.empty());

    private static CommandLine read(String line) {
        return LINES.read(List.of(line.split(" ")), Map.of());
    }

    private static Compile compile(String line) {
        return (Compile) read(line);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        gcc a.c -o prog                          | link
        gcc a.o b.o -o prog                      | link
        gcc -shared a.c -o a.so                  | link
        gcc -c                                   | no source
        gcc                                      | no source
        gcc -c a.c b.c                           | several sources
        gcc -x c++ a.c -x none b.o -c            | several sources
        gcc -x c -c -                            | stdin
        gcc -c /dev/stdin -x c                   | stdin
        gcc -E a.c                               | preprocess only
        gcc -E -dM a.c                           | preprocess only
        gcc -c a.c -o -                          | stdout
        gcc -c a.c -o /dev/stdout                | stdout
        gcc -c a.c -o /dev/null                  | output is a device
        gcc -c a.c -MD -MF /dev/stdout           | stdout
        gcc -c a.c -MD -MF -                     | stdout
        gcc --version                            | query
        gcc -v                                   | query
        gcc -c -v a.c                            | query
        gcc -### -c a.c                          | query
        gcc -dumpmachine                         | query
        gcc -print-search-dirs                   | query
        gcc -print-file-name=crt1.o              | query
        gcc -M a.c                               | dependencies only
        gcc -MM a.c                              | dependencies only
        gcc -MD -MG -c a.c                       | dependencies only
        gcc -fsyntax-only a.c                    | syntax only
        gcc -c a.c -march=native                 | native tuning
        gcc -c a.c -mtune=native                 | native tuning
        gcc -c a.c -mcpu=native+nocrypto         | native tuning
        gcc -c a.c -save-temps                   | temporaries
        gcc -c a.c -save-temps=obj               | temporaries
        gcc -c a.c -dumpbase x                   | temporaries
        gcc -c a.c -fdump-tree-optimized         | dumps
        gcc -c a.c -fdump-rtl-all                | dumps
        gcc -c a.c -fopt-info-vec=v.txt          | dumps
        gcc -c a.c -aux-info a.x                 | dumps
        gcc -c a.c -dP                           | dumps
        gcc -c a.c -fdiagnostics-format=json-file| dumps
        gcc -c a.c -Wa,-ahls=l.lst               | listing
        gcc -c a.c -Wa,-a                        | listing
        gcc -c a.c -Wa,--MD,f.d                  | unknown option
        gcc -c a.c -fplugin=./p.so               | plugin
        gcc -c a.c -fplugin-arg-p-x=1            | plugin
        clang -c a.c -fpass-plugin=p.so          | plugin
        clang -c a.c -Xclang -load               | altered toolchain
        gcc -c a.c -specs=f                      | altered toolchain
        gcc -c a.c -B dir                        | altered toolchain
        gcc -c a.c -wrapper gdb,--args           | altered toolchain
        clang -c a.c --config f.cfg              | altered toolchain
        clang -c a.c --gcc-toolchain=/opt        | altered toolchain
        g++ -c a.cc -fmodules-ts                 | modules
        clang++ -c a.cc -fmodules                | modules
        clang++ a.cppm --precompile              | modules
        clang++ -c a.cc -fmodule-file=m=p.pcm    | modules
        g++ -c a.cc -fdeps-format=p1689r5        | modules
        g++ -x c++-header all.h -o all.h.gch     | precompiled header
        g++ -c all.hpp                           | precompiled header
        clang -c a.c -include-pch x.pch          | precompiled header
        clang -c a.c -emit-llvm                  | bitcode
        clang -c a.c -ftime-trace                | query
        clang -c a.c -MJ f.json                  | dumps
        clang -c a.c -index-store-path=d         | dumps
        clang -c a.c -clang:-MD                  | dependencies only
        gcc -c a.c -fsave-optimization-record    | dumps
        gcc -c a.c -fprofile-use                 | profile
        gcc -c a.c -I-                           | search path
        gcc -c a.c -iwithprefix x                | search path
        gcc -c a.c -I=/usr/x                     | search path
        gcc -c a.c -finput-charset=UTF-16        | charset
        clang -c a.c -arch x86_64 -arch arm64    | several architectures
        gcc -c a.f90                             | unknown language
        gcc -c a.unknown                         | unknown language
        gcc -x ada -c a.c                        | unknown language
        gcc -c a.c -fbrand-new=value             | unknown option
        gcc -c a.c --brand-new                   | unknown option
        gcc -c a.c -yes                          | unknown option
        gcc -c a.c -o                            | unknown option
        gcc -c a.c -Xpreprocessor -MD            | unknown option
        gcc -c a.c -MF f                         | unknown option
        gcc -c a.c -traditional-cpp              | preprocess only
        gcc -c a.c -MD -o o/.o                   | output name
        nvcc -c a.cu                             | unknown compiler
        ccache gcc -c a.c                        | unknown compiler
        """)
    void whatIsNoPlainCompileStaysAtHome(String line, String word) {
        assertThat(read(line))
                .isInstanceOfSatisfying(
                        Local.class,
                        local -> assertThat(local.reason().word())
                                .as("%s", local)
                                .isEqualTo(word));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        gcc -O2 -c a.c -o a.o                                  | OBJECT a.o
        gcc -c sub/a.c                                         | OBJECT a.o
        gcc -c a.c -o out/x/a.o                                | OBJECT out/x/a.o
        gcc -c a.c -ofoo.o                                     | OBJECT foo.o
        gcc -o x.o -c a.c -o y.o                               | OBJECT y.o
        gcc -S a.c                                             | ASSEMBLY a.s
        gcc -S -c a.c                                          | ASSEMBLY a.s
        gcc -c -S -o x.s a.c -masm=intel -fverbose-asm         | ASSEMBLY x.s
        gcc -c a.c -MD -MT x/y.o -MF dep.d                     | OBJECT a.o, DEPENDENCIES dep.d
        gcc -c a.c -MMD -o o/a.o                               | OBJECT o/a.o, DEPENDENCIES o/a.d
        gcc -c a.c -MD -MP -MQ t$x.o                           | OBJECT a.o, DEPENDENCIES a.d
        gcc -c a.c -MD -o a.b.o                                | OBJECT a.b.o, DEPENDENCIES a.b.d
        gcc -c a.c -MDx                                        | local
        gcc -c a.c -Wp,-MD,.a.o.d                              | OBJECT a.o, DEPENDENCIES .a.o.d
        gcc -c a.c -Wp,-MMD,f -Wp,-DX=1                        | OBJECT a.o, DEPENDENCIES f
        gcc -c a.c -Xpreprocessor -MD -Xpreprocessor f         | OBJECT a.o, DEPENDENCIES f
        gcc -c a.c -Wp,-MD,f -MD                               | local
        gcc -c a.c -g -gsplit-dwarf -o o1/a.o                  | OBJECT o1/a.o, SPLIT_DEBUG? o1/a.dwo
        clang -c a.c -gsplit-dwarf=single                      | OBJECT a.o
        gcc -c a.c --coverage -o o/a.o                         | OBJECT o/a.o, COVERAGE_NOTES o/a.gcno
        gcc -c a.c -fstack-usage -fcallgraph-info              | OBJECT a.o, STACK_USAGE a.su, CALL_GRAPH a.ci
        gcc -S a.c -fstack-usage -gsplit-dwarf                 | ASSEMBLY a.s, STACK_USAGE a.su
        clang -c a.c --serialize-diagnostics f.dia             | OBJECT a.o, DIAGNOSTICS? f.dia
        gcc -c a.s -MD                                         | OBJECT a.o, DEPENDENCIES? a.d
        gcc -c -o a/b a.c -MD                                  | OBJECT a/b, DEPENDENCIES a/b.d
        """)
    void outputsAreNamedAsTheCompilerNamesThem(String line, String outputs) {
        assertThat(outputs(read(line))).isEqualTo(outputs);
    }

    private static String outputs(CommandLine line) {
        return switch (line) {
            case Local _ -> "local";
            case Compile compile ->
                String.join(
                        ", ",
                        compile.outputs().stream()
                                .map(output -> output.kind() + (output.mayBeMissing() ? "? " : " ") + output.name())
                                .toList());
        };
    }

    @ParameterizedTest
    @CsvSource({
        "gcc, a.c, C",
        "gcc, a.cc, CPP",
        "gcc, a.cp, CPP",
        "gcc, a.cxx, CPP",
        "gcc, a.cpp, CPP",
        "gcc, a.CPP, CPP",
        "gcc, a.c++, CPP",
        "gcc, a.C, CPP",
        "gcc, a.m, OBJECTIVE_C",
        "gcc, a.mm, OBJECTIVE_CPP",
        "gcc, a.i, PREPROCESSED_C",
        "gcc, a.ii, PREPROCESSED_CPP",
        "gcc, a.mi, PREPROCESSED_OBJECTIVE_C",
        "gcc, a.mii, PREPROCESSED_OBJECTIVE_CPP",
        "gcc, a.S, ASSEMBLER_WITH_CPP",
        "gcc, a.sx, ASSEMBLER_WITH_CPP",
        "gcc, a.s, ASSEMBLER",
        "g++, a.c, CPP",
        "/usr/bin/aarch64-linux-gnu-g++-12, a.c, CPP",
        "x86_64-w64-mingw32-gcc-posix, a.c, C",
        "clang++-14, a.c, CPP",
        "gcc, -x c++ a.c, CPP",
        "gcc, -x c a.cpp, C",
        "gcc, -xassembler-with-cpp a.c, ASSEMBLER_WITH_CPP",
        "gcc, -x c++ -x none a.c, C",
        "gcc, a.c -x c++, C",
    })
    void languageIsAsTheCompilerDecides(String compiler, String source, Language language) {
        assertThat(compile(compiler + " -c " + source).language()).isEqualTo(language);
    }

    @Test
    void directoriesAreSearchedInTheOrderOfTheCompiler() {
        var line = "gcc -c a.c -I a -Ib -iquote q -isystem s -idirafter z -iprefix /p/ -iwithprefix w "
                + "-iwithprefixbefore v --embed-dir=e -isysroot /root -I=/x -I$SYSROOT/y";
        var environment = Map.of("CPATH", "c1::c2", "C_INCLUDE_PATH", "cc", "CPLUS_INCLUDE_PATH", "cpp", "X", "y");
        var compile = (Compile) LINES.read(List.of(line.split(" ")), environment);

        var search = compile.search();
        assertThat(search.quote()).containsExactly("q");
        assertThat(search.bracket()).containsExactly("a", "b", "/p/v", "/root/x", "/root/y", "c1", ".", "c2");
        assertThat(search.system()).containsExactly("s", "cc");
        assertThat(search.after()).containsExactly("z", "/p/w");
        assertThat(search.embed()).containsExactly("e");
        assertThat(search.standard()).isTrue();
        assertThat(compile.shaping()).containsExactly("-isysroot", "/root");
        assertThat(compile.environment()).doesNotContainKey("X").containsEntry("CPATH", "c1::c2");
    }

    @Test
    void standardDirectoriesCanBeLeftOut() {
        assertThat(compile("gcc -c a.c -nostdinc").search().standard()).isFalse();
        assertThat(compile("g++ -c a.cc -nostdinc++").search().standard()).isTrue();
    }

    @Test
    void headersAndMacrosOfTheCommandLineKeepTheirOrder() {
        var compile = compile("gcc -c a.c -include p.h --include q.h -imacros m.h -DA -D B=2 -UA -DF(x)=x -Wp,-DW=1");

        assertThat(compile.forced())
                .containsExactly(
                        new ForcedInclude("p.h", false),
                        new ForcedInclude("q.h", false),
                        new ForcedInclude("m.h", true));
        assertThat(compile.macros())
                .containsExactly(
                        new MacroChange("A", Optional.of("1")),
                        new MacroChange("B", Optional.of("2")),
                        new MacroChange("A", Optional.empty()),
                        new MacroChange("F(x)", Optional.of("x")),
                        new MacroChange("W", Optional.of("1")));
    }

    @Test
    void filesThatOptionsNameAreInputs() {
        var compile = compile("clang -c a.c -fsanitize-ignorelist=l.txt -fprofile-instr-use=p.profdata "
                + "-fxray-attr-list=x -fmodule-map-file=m");

        assertThat(compile.inputs()).extracting(InputFile::name).containsExactly("l.txt", "p.profdata", "x", "m");
    }

    @Test
    void traitsTellWhatGoesIntoTheKey() {
        assertThat(compile("gcc -c a.c -g").traits()).containsExactly(Trait.EMBEDS_DIRECTORY);
        assertThat(compile("gcc -c a.c -g -g0").traits()).isEmpty();
        assertThat(compile("gcc -c a.c --coverage -g0").traits())
                .containsExactlyInAnyOrder(Trait.EMBEDS_DIRECTORY, Trait.EMBEDS_OUTPUT_NAME);
        assertThat(compile("gcc -c a.c -D__TIME__=x -D__DATE__=x -D__TIMESTAMP__")
                        .traits())
                .containsExactlyInAnyOrder(Trait.REDEFINES_TIME, Trait.REDEFINES_DATE, Trait.REDEFINES_TIMESTAMP);
    }

    @Test
    void theLastWordOnColourCounts() {
        assertThat(compile("gcc -c a.c").colour()).isEqualTo(Colour.AUTO);
        assertThat(compile("gcc -c a.c -fdiagnostics-color").colour()).isEqualTo(Colour.ALWAYS);
        assertThat(compile("gcc -c a.c -fdiagnostics-color=always -fdiagnostics-color=never")
                        .colour())
                .isEqualTo(Colour.NEVER);
        assertThat(compile("clang -c a.c -fno-color-diagnostics").colour()).isEqualTo(Colour.NEVER);
    }

    @Test
    void argumentsAreRunAsTypedWithoutWhatChangesNothing() {
        assertThat(compile("gcc -pipe -c a.c -o a.o -DX").argv())
                .containsExactly("gcc", "-c", "a.c", "-o", "a.o", "-DX");
    }

    @Test
    void afterTwoDashesAllAreNames() {
        var compile = compile("gcc -c -- -a.c");
        assertThat(compile.source()).isEqualTo("-a.c");
        assertThat(compile.output(Output.Kind.OBJECT)).contains("-a.o");
    }

    @ParameterizedTest
    @ValueSource(strings = {"GCC_EXEC_PREFIX", "COMPILER_PATH", "DEPENDENCIES_OUTPUT", "SUNPRO_DEPENDENCIES"})
    void variablesThatChangeTheDriverKeepItAtHome(String variable) {
        assertThat(LINES.read(List.of("gcc", "-c", "a.c"), Map.of(variable, "x")))
                .isEqualTo(new Local(Reason.ENVIRONMENT, variable));
    }

    @Test
    void namesThatAreNoTextStayAtHome() {
        assertThat(LINES.read(List.of("gcc", "-c", "\uFFFD.c"), Map.of()))
                .isEqualTo(new Local(Reason.UNDECODABLE, "\uFFFD.c"));
    }

    @Test
    void aThousandDefinitionsAreNoBurden() {
        var argv = new ArrayList<>(List.of("gcc", "-c", "a.c"));
        for (var i = 0; i < 50_000; i++) {
            argv.add("-DNAME_THAT_IS_RATHER_LONG_%d=%d".formatted(i, i));
        }
        assertThat(LINES.read(argv, Map.of()))
                .isInstanceOfSatisfying(
                        Compile.class, compile -> assertThat(compile.macros()).hasSize(50_000));
    }
}

// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.argv;

import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import build.steading.compile.argv.CommandLine.Compile;
import build.steading.compile.argv.CommandLine.Local;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MicrosoftCommandLinesTest {
    private static final CommandLines LINES = new CommandLines(_ -> Optional.empty());

    private static Compile compile(String line, Map<String, String> environment) {
        return (Compile) LINES.read(List.of(line.split(" ")), environment);
    }

    private static Compile compile(String line) {
        return compile(line, Map.of());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        cl /c a.cpp                                | a.obj
        cl /c src\\a.cpp                           | a.obj
        cl.exe /c /Fobuild\\a.obj a.cpp            | build/a.obj
        cl /c /Fobuild\\ sub\\a.cpp                | build/a.obj
        cl /c /Fobuild/ a.cpp                      | build/a.obj
        cl -c -Foout -TP a.x                       | out.obj
        cl /c /Fo:x.o a.cpp                        | x.o
        clang-cl /c /Foa.o -- /home/me/a.cpp       | a.o
        CL.EXE /nologo /c /MP8 /EHsc /W4 a.cpp     | a.obj
        """)
    void objectIsNamedAsTheCompilerNamesIt(String line, String object) {
        assertThat(compile(line).output(Output.Kind.OBJECT)).contains(object);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        cl a.cpp                            | link
        cl a.cpp /link /OUT:a.exe /c        | link
        cl /c /MP a.cpp b.cpp               | several sources
        cl /c /Zi /Fdvc.pdb a.cpp           | program database
        cl /c /ZI a.cpp                     | program database
        cl /E a.cpp                         | preprocess only
        cl /EP a.cpp                        | preprocess only
        cl /P a.cpp                         | preprocess only
        cl /c /analyze a.cpp                | report
        cl /c /clr a.cpp                    | altered toolchain
        cl /c /interface a.ixx              | modules
        cl /c /ifcOutput x a.cpp            | modules
        cl /c /Ycpch.h a.cpp                | precompiled header
        cl /c /Yupch.h a.cpp                | precompiled header
        cl /c /FAs a.cpp                    | listing
        cl /c /brandnew a.cpp               | unknown option
        cl /c                               | no source
        cl /?                               | query
        cl /c a.rc                          | unknown language
        clang-cl /c /clang:-MD a.cpp        | dependencies only
        """)
    void whatIsNoPlainCompileStaysAtHome(String line, String word) {
        assertThat(LINES.read(List.of(line.split(" ")), Map.of()))
                .isInstanceOfSatisfying(
                        Local.class,
                        local -> assertThat(local.reason().word())
                                .as("%s", local)
                                .isEqualTo(word));
    }

    @Test
    void optionsSayWhatTheLanguageIs() {
        assertThat(compile("cl /c a.c").language()).isEqualTo(Language.C);
        assertThat(compile("cl /c a.c /TP").language()).isEqualTo(Language.CPP);
        assertThat(compile("cl /c /TC a.cpp").language()).isEqualTo(Language.C);
        assertThat(compile("cl /c /Tpa.x").language()).isEqualTo(Language.CPP);
        assertThat(compile("cl /c /Tc a.x").source()).isEqualTo("a.x");
    }

    @Test
    void headersAreSearchedInOrder() {
        var compile = compile(
                "cl /c a.cpp /I i1 -Ii2 /external:I e /external:W0 /FI f.h /DX=1 /D Y /UZ",
                Map.of("INCLUDE", "C:\\vc\\include;;C:\\sdk"));

        assertThat(compile.search().bracket()).containsExactly("i1", "i2");
        assertThat(compile.search().system()).containsExactly("e", "C:/vc/include", "C:/sdk");
        assertThat(compile.search().microsoft()).isTrue();
        assertThat(compile.forced()).containsExactly(new ForcedInclude("f.h", false));
        assertThat(compile.macros()).extracting(MacroChange::name).containsExactly("X", "Y", "Z");
        assertThat(compile("cl /c a.cpp /X", Map.of("INCLUDE", "i")).search().system())
                .isEmpty();
    }

    @Test
    void variablesStandBeforeAndBehind() {
        var compile = compile("cl /c a.cpp", Map.of("CL", "/DX=\"a b\" /O2", "_CL_", "/DY#2"));

        assertThat(compile.argv()).containsExactly("cl", "/DX=a b", "/O2", "/c", "a.cpp", "/DY#2");
        assertThat(compile.macros())
                .containsExactly(new MacroChange("X", Optional.of("a b")), new MacroChange("Y", Optional.of("2")));
        assertThat(compile.environment()).doesNotContainKeys("CL", "_CL_");
    }

    @Test
    void listsOfHeadersAreTold() {
        assertThat(compile("cl /c a.cpp /showIncludes").traits()).containsExactly(Trait.SHOWS_INCLUDES);
        assertThat(compile("cl /c a.cpp /showIncludes:user").traits()).containsExactly(Trait.SHOWS_INCLUDES);
        assertThat(compile("cl /c a.cpp /sourceDependencies f.json").output(Output.Kind.DEPENDENCIES))
                .contains("f.json");
    }

    @Test
    void debugInformationInTheObjectNamesTheDirectory() {
        assertThat(compile("cl /c a.cpp /Z7").traits()).containsExactly(Trait.EMBEDS_DIRECTORY);
    }

    @Test
    void precompiledHeaderIsAnInput() {
        assertThat(compile("cl /c a.cpp /Yupch.h /Fpout\\pch.pch").inputs())
                .containsExactly(new InputFile("/Fp", "out/pch.pch"));
    }

    @Test
    void anOptionWithAColonIsNoFile() {
        assertThat(compile("cl /c /fp:fast a.cpp").source()).isEqualTo("a.cpp");
    }

    @Test
    void responseFilesMayBeUtf16() {
        var text = "/c \"my dir\\a.cpp\" /Fo\"out dir\\\\\"\r\n/DS=\\\"x\\\"";
        var bytes = ("\uFEFF" + text).getBytes(UTF_16LE);
        var lines = new CommandLines(name -> name.equals("x.rsp") ? Optional.of(bytes) : Optional.empty());
        var compile = (Compile) lines.read(List.of("cl", "@x.rsp"), Map.of());

        assertThat(compile.argv()).containsExactly("cl", "/c", "my dir\\a.cpp", "/Foout dir\\", "/DS=\"x\"");
        assertThat(compile.output(Output.Kind.OBJECT)).contains("out dir/a.obj");
        var utf8 = new CommandLines(_ -> Optional.of(text.getBytes(UTF_8)));
        assertThat(utf8.read(List.of("cl", "@x.rsp"), Map.of())).isEqualTo(compile);
    }
}

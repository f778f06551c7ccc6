// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.source;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import build.steading.compile.source.Inclusion.Form;
import build.steading.compile.source.Inclusion.Verb;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SourceScannerTest {
    private static Scan scan(String text) {
        return SourceScanner.scan(text.getBytes(UTF_8));
    }

    private static Inclusion quoted(String name) {
        return new Inclusion(Verb.INCLUDE, Form.QUOTED, name);
    }

    private static Inclusion bracketed(String name) {
        return new Inclusion(Verb.INCLUDE, Form.BRACKETED, name);
    }

    private static Inclusion computed(String name) {
        return new Inclusion(Verb.INCLUDE, Form.COMPUTED, name);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "#include \"x\"",
                "# include \"x\"",
                " \t#\tinclude\t\"x\"",
                "#include\"x\"",
                "# include /*c*/ \"x\"",
                "#/* c */include /* d\n e */ \"x\" // z",
                "/* c */ #include \"x\"",
                "/* c\n c */ #include \"x\"",
                "int y; /* c\n c */\n#include \"x\"",
                "#inc\\\nlude \"x\"",
                "#inc\\  \nlude \"x\"",
                "#include \\\n \"x\"",
                "# \\\r\n include \"x\"",
                "\\\n#include \"x\"",
                "#include \"\\\nx\"",
                "%:include \"x\"",
                "??=include \"x\"",
                "#import \"x\"",
                "\uFEFF#include \"x\"",
                "#if 0\n#include \"x\"\n#endif",
                "#error don't /* say\n#include \"x\"",
                "// it's /* no\n#include \"x\"",
                "// joined \\\n /* no\n#include \"x\"",
                "char *s = \"/*\";\n#include \"x\"",
                "char *s = \"\\\"/*\";\n#include \"x\"",
                "char *s = \"a\\\n /*\";\n#include \"x\"",
                "char c = '\"'; /* ' */\n#include \"x\"",
                "int i = 1'000; char c = '/*';\n#include \"x\"",
                "int i = 5'9 /* feet\n#include \"x\"",
                "char *s = R\"(\n/* )\";\n#include \"x\"",
                "char *s = u8R\"d(\n)\" /* )d\";\n#include \"x\"",
                "a /b/ c\n#include \"x\"",
                "/**/ /***/ /* **/\n#include \"x\"",
                "/* *\\\n/\n#include \"x\"",
                "#define A /* c\n#include no */\n#include \"x\"",
                "\r\n#include \"x\"\r\n",
                "\f#include \"x\"",
            })
    void directiveIsFoundHoweverItIsWritten(String text) {
        assertThat(scan(text).inclusions()).contains(quoted("x"));
        assertThat(scan(text).marks()).doesNotContain(Mark.OBSCURE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/*\n#include \"x\"\n*/",
                "// \\\n#include \"x\"",
                "int a; #include \"x\"",
                "char *s = \"#include \\\"x\\\"\";",
                "#includes \"x\"",
                "#pragma include \"x\"",
                "/* a *\\\n/ /*\n#include \"x\"\n*/",
                "#define A /* c\n#include \"x\"\n*/",
            })
    void whatIsNoDirectiveIsNotTaken(String text) {
        assertThat(scan(text).inclusions()).isEmpty();
    }

    @Test
    void textOfRawStringsIsTakenForCodeToo() {
        var scan = scan("char *s = R\"(\n#include \"x\"\n)\";\n#include \"y\"");
        assertThat(scan.inclusions()).containsExactly(quoted("x"), quoted("y"));
    }

    @Test
    void namesAreTakenAsTheyAre() {
        assertThat(scan("#include \"a\\b,c d.h\"\n#include <a//b/*>\n#include \"../ä\"")
                        .inclusions())
                .containsExactly(quoted("a\\b,c d.h"), bracketed("a//b/*"), quoted("../ä"));
    }

    @Test
    void everyVerbIsTold() {
        var text = """
            #include_next <n>
            #embed "e" limit(3)
            #if __has_include(<h>) || __has_include_next("i")
            #elif defined(__has_embed) && __has_embed("f")
            #endif
            """;
        assertThat(scan(text).inclusions())
                .containsExactly(
                        new Inclusion(Verb.INCLUDE_NEXT, Form.BRACKETED, "n"),
                        new Inclusion(Verb.EMBED, Form.QUOTED, "e"),
                        bracketed("h"),
                        new Inclusion(Verb.INCLUDE_NEXT, Form.QUOTED, "i"),
                        new Inclusion(Verb.EMBED, Form.QUOTED, "f"));
    }

    @Test
    void computedIncludesNameTheirMacro() {
        assertThat(scan("#include H\n#include S(q) // c\n#include L /* c */\n#if __has_include(H2)\n")
                        .inclusions())
                .containsExactly(computed("H"), computed("S("), computed("L"), computed("H2"));
    }

    @Test
    void questionsThatOnlyAskForThemselvesAreNone() {
        assertThat(scan("#ifdef __has_include\n#define __has_include(x) 0\n#if defined __has_include\n")
                        .inclusions())
                .isEmpty();
    }

    @Test
    void questionsOfAMacroCannotBeFollowed() {
        assertThat(scan("#define HAS(x) __has_include(x)\n").inclusions()).containsExactly(computed("x("));
        assertThat(scan("#define HAS __has_include(<x>)\n").inclusions()).containsExactly(bracketed("x"));
    }

    @Test
    void macrosThatMayNameFilesAreKept() {
        var scan = scan("""
            #define A "a.h"
            # define B <b.h> // c
            #define C A
            #define D "d" "e"
            #define E S(x)
            #define F 1
            #define G(x) "g"
            #define I
            #define J \\
                "j.h"
            """);
        assertThat(scan.definitions())
                .containsExactly(
                        new Definition("A", Form.QUOTED, "a.h"),
                        new Definition("B", Form.BRACKETED, "b.h"),
                        new Definition("C", Form.COMPUTED, "A"),
                        new Definition("J", Form.QUOTED, "j.h"));
        assertThat(scan.mayDefineOtherwise("D")).isTrue();
        assertThat(scan.mayDefineOtherwise("E")).isTrue();
        assertThat(scan.mayDefineOtherwise("A")).isFalse();
        assertThat(scan.mayDefineOtherwise("F")).isFalse();
    }

    @Test
    void timesAreMarkedOutsideOfComments() {
        assertThat(scan("char *t = __TIME__;").marks()).containsExactly(Mark.TIME);
        assertThat(scan("#ifdef __DATE__").marks()).containsExactly(Mark.DATE);
        assertThat(scan("f(__TIMESTAMP__)").marks()).containsExactly(Mark.TIMESTAMP);
        assertThat(scan("// __TIME__\n/* __DATE__ */ \"__TIME__\" a__TIME__ __TIME__x ___DATE__")
                        .marks())
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "asm(\".incbin \\\"b\\\"\");",
                "asm(\".section x\\n\\t.INCBIN \\\"b\\\"\");",
                "asm(\".inc\" \"bin \\\"b\\\"\");",
                "asm(\".\" \"incbin \\\"b\\\"\");",
                "asm(\".incb\"\n // c\n \"in \\\"b\\\"\");",
                "asm(\".in\" X);",
                "asm(\"\\x2eincbin \\\"b\\\"\");",
                "asm(\".\\151ncbin \\\"b\\\"\");",
                "asm(\".inc\\\nbin \\\"b\\\"\");",
                "asm(\".include \" \"\\\"b\\\"\");",
                "asm(R\"(.incbin \"b\")\");",
                "#define I(f) asm(\".incbin \" #f)",
                "asm(S(.incbin \"b\"));",
                "foo: .include \"m.inc\"",
                ".incbin \"b\"",
                "\t.InClude \"m.inc\"",
            })
    void filesThatTheAssemblerReadsAreMarked(String text) {
        assertThat(scan(text).marks()).containsExactly(Mark.ASSEMBLER_INPUT);
        assertThat(SourceScanner.scanAssembler(("# don't /*\n " + text).getBytes(UTF_8))
                        .marks())
                .isSubsetOf(Mark.ASSEMBLER_INPUT);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "#include \"a.inc\"",
                "x.include(y); y.include = 1;",
                "struct s s = { .include = 1 };",
                "printf(\"done.\" \"\\n\"); f(\"x.in\", \"y\"); g(\"a.inc\");",
                "char *s = \"\\033[0m\" \"\\x1b\";",
                "#error \"Never;\\\n include it.\"\n#define A",
                "// .incbin \"x\"",
            })
    void codeThatLooksLikeItIsNot(String text) {
        assertThat(scan(text).marks()).isEmpty();
    }

    @Test
    void plainAssemblerIsSearchedWhatEverStandsAroundIt() {
        var text = "@ it's a comment /* for some\n .incbin \"b\"\n";
        assertThat(SourceScanner.scanAssembler(text.getBytes(UTF_8)).marks()).containsExactly(Mark.ASSEMBLER_INPUT);
        assertThat(SourceScanner.scanAssembler(".globl f\n.include_dir".getBytes(UTF_8))
                        .marks())
                .isNotNull();
    }

    @Test
    void pragmasAreTold() {
        assertThat(scan("#pragma once\n").marks()).containsExactly(Mark.PRAGMA_ONCE);
        assertThat(scan("#pragma GCC dependency \"x\"\n").marks()).containsExactly(Mark.OBSCURE);
        assertThat(scan("#pragma GCC system_header\n").marks()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "int a; ??/\n#include \"x\"",
                "// a ??/\n /* b\n#include \"x\"",
                "char *s = \"??/\"/*\";\n",
                "/\\\n* c */",
                "__TI\\\nME__",
                "char *s = R\"(\";\n#include \"x\"",
                "#import \"x.tlb\"",
                "#using <x.dll>",
            })
    void whatCompilersReadDifferentlyIsObscure(String text) {
        assertThat(scan(text).marks()).contains(Mark.OBSCURE);
    }

    @Test
    void namesThatAreNoTextAreObscure() {
        assertThat(SourceScanner.scan("#include \"\u00ff.h\"".getBytes(ISO_8859_1))
                        .marks())
                .containsExactly(Mark.OBSCURE);
        assertThat(SourceScanner.scan(new byte[] {(byte) 0xFF, (byte) 0xFE, '#', 0})
                        .marks())
                .containsExactly(Mark.OBSCURE);
    }

    @Test
    void hostileFilesTakeNoLonger() {
        for (var text :
                new String[] {"1'", "R\"a(\n", "\\\n", "x\\\n", "/*", "\".in\" ", "#define A \\\n", "#include \\", "??/"
                }) {
            assertThat(scan(text.repeat(200_000))).isNotNull();
        }
    }

    @Test
    void noFileIsTooShort() {
        var text = "#include \"x\" /* c */ R\"(a)\" ' ??/ \\\n __TIME__ .inc";
        for (var length = 0; length <= text.length(); length++) {
            assertThat(scan(text.substring(0, length))).isNotNull();
            assertThat(scan(text.substring(length))).isNotNull();
        }
    }
}

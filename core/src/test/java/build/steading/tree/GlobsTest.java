// SPDX-License-Identifier: Apache-2.0
package build.steading.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GlobsTest {
    @Nested
    class Matching {
        @ParameterizedTest
        @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            src              | src          src/a.c      src/deep/er/a.c
            src/             | src          src/a.c
            src/*.c          | src/a.c      src/.c       src/dir.c/below
            src/**           | src/a.c      src/deep/er/a.c
            **               | a            .hidden      a/b/c
            *                | a            .hidden      a/b/c
            **/a.c           | a.c          src/a.c      src/deep/er/a.c
            src/**/a.c       | src/a.c      src/deep/er/a.c
            **/*.c           | a.c          src/a.c
            a**b             | ab           axxb
            ?.c              | a.c          ü.c          😀.c
            [a-cx].c         | a.c          b.c          x.c
            [!a-c].c         | d.c          ü.c
            [^a-c].c         | d.c
            []x].c           | ].c          x.c
            [a-].c           | a.c          -.c
            [\\]].c          | ].c
            [α-ω]            | β
            {a,b}.{c,h}      | a.c          b.h
            a{,b{c,d}}       | a            abc          abd
            {src/a,lib}/*.c  | src/a/x.c    lib/x.c
            {**,x}/y         | y            z/y
            \\*              | *
            a\\{b\\,c\\}     | a{b,c}
            [{]x[,}]         | {x,          {x}
            größe/*.ß        | größe/x.ß
            """)
        void patternMatches(String pattern, String paths) {
            assertThat(paths.split(" +")).allMatch(Globs.of(List.of(pattern))::matches);
        }

        @ParameterizedTest
        @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            src              | srcs         lib/src      SRC
            src/*.c          | src          src/deep/a.c src/a.h
            src/**           | src          srcs/a
            src/*/a.c        | src/a.c      src/x/y/a.c
            src/**/a.c       | a.c          lib/src/a.c
            ?.c              | .c           ab.c         a/c
            [a-c].c          | d.c          A.c          ab.c
            [!a-c].c         | a.c          .c
            {a,b}.c          | {a,b}.c      ab.c
            \\*              | a
            größe            | gro\u0308ße
            """)
        void patternDoesNotMatch(String pattern, String paths) {
            assertThat(paths.split(" +")).noneMatch(Globs.of(List.of(pattern))::matches);
        }

        @Test
        void lastMatchingPatternDecides() {
            var globs = Globs.of(List.of("src/**", "!src/gen/**", "src/gen/keep.c"));
            assertThat(List.of("src/a.c", "src/gen/keep.c")).allMatch(globs::matches);
            assertThat(List.of("src/gen/a.c", "other")).noneMatch(globs::matches);
        }

        @Test
        void everythingElseIsSelectedIfTheFirstPatternExcludes() {
            var globs = Globs.of(List.of("!doc"));
            assertThat(globs.matches("src/a.c")).isTrue();
            assertThat(globs.matches("doc/a.md")).isFalse();
        }

        @Test
        void noPatternsSelectNothing() {
            assertThat(Globs.of(List.of()).matches("a")).isFalse();
            assertThat(Globs.of(List.of()).below("")).isEqualTo(Coverage.NONE);
        }

        @Test
        void quotedTextMatchesItselfAlone() {
            var odd = "!a*b?[c]{d,e}\\f";
            assertThat(Globs.of(List.of(Globs.quote(odd))).matches(odd)).isTrue();
            assertThat(Globs.of(List.of(Globs.quote("a*"))).matches("ab")).isFalse();
        }

        @Test
        void manyStarsTakeNoExponentialTime() {
            var name = "a".repeat(250);
            var globs = Globs.of(List.of("*a".repeat(100) + "b", "**/" + "**/a/".repeat(29) + "b"));
            var path = (name + "/").repeat(10) + "a/".repeat(500) + "c";
            Assertions.assertTimeoutPreemptively(
                    Duration.ofSeconds(10),
                    () -> assertThat(globs.matches(path)).isFalse());
        }
    }

    @Nested
    class CoverageBelow {
        @ParameterizedTest
        @CsvSource(delimiter = '|', textBlock = """
            **                  |           | ALL
            *                   |           | ALL
            **/*                |           | ALL
            */*                 |           | SOME
            */*                 | a         | ALL
            src                 |           | SOME
            src                 | src       | ALL
            src                 | src/deep  | ALL
            src                 | lib       | NONE
            src/**              | src       | ALL
            src/*.c             | src       | SOME
            src/*.c             | src/deep  | NONE
            src/*.c             | src/x.c   | ALL
            src/**/*.c          | src/deep  | SOME
            src,!src/gen        | src       | SOME
            src,!src/gen        | src/gen   | NONE
            src,!src/gen        | src/lib   | ALL
            src,!**             | src       | NONE
            src,!src,src/a      | src/a     | ALL
            src,!src,src/a      | src/b     | NONE
            !doc                |           | SOME
            !doc                | doc       | NONE
            !doc                | src       | ALL
            """)
        void saysWhetherToTakeLookOrSkip(String patterns, String directory, Coverage coverage) {
            var globs = Globs.of(List.of(patterns.split(",")));
            assertThat(globs.below(directory == null ? "" : directory)).isEqualTo(coverage);
        }
    }

    @Nested
    class Overlapping {
        @ParameterizedTest
        @CsvSource(delimiter = '|', textBlock = """
            build           | build
            build           | build/html/index.html
            build/*.so      | build/a*
            build/*.so      | build
            **/*.c          | src/main/**
            a?c             | ab[c-e]
            {a,b}           | {b,c}
            *x*             | *y*
            a/**/b          | a/b
                        a/*/c           | a/c
            """)
        void pathIsFoundThatMatchesBoth(String a, String b) {
            assertThat(overlap(a, b)).isTrue();
            assertThat(overlap(b, a)).isTrue();
        }

        @ParameterizedTest
        @CsvSource(delimiter = '|', textBlock = """
            build           | builds
            build/*.so      | build/*.a
            build/*.so      | build/obj
            a[0-4]          | a[5-9]
            ??              | ???
            *a              | b*c
            a/*/c           | a/b/d
            """)
        void noPathMatchesBoth(String a, String b) {
            assertThat(overlap(a, b)).isFalse();
            assertThat(overlap(b, a)).isFalse();
        }

        private boolean overlap(String a, String b) {
            return Globs.of(List.of(a)).mayOverlap(Globs.of(List.of(b)));
        }
    }

    @Test
    void anchorsAreThePathsBeforeTheFirstWildcard() {
        var globs = Globs.of(List.of("src/lua", "build/*.so", "**/x", "a\\*/{b,c?}", "doc/**", "!src/no"));
        assertThat(globs.anchors()).containsExactly("src/lua", "build", "", "a*/b", "a*", "doc");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/etc",
                "../up",
                "a/../b",
                "a//b",
                "./a",
                "!",
                "!/a",
                "[a",
                "[]",
                "[z-a]",
                "{a",
                "a{b,{c}",
                "a\\",
                "x\0y",
                "{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}"
            })
    void whatIsNoPatternIsRefused(String pattern) {
        assertThatThrownBy(() -> Globs.of(List.of(pattern)))
                .isInstanceOfSatisfying(
                        SteadingException.class,
                        e -> assertThat(e.failure())
                                .isInstanceOf(Failure.Invalid.class)
                                .extracting(Failure::message)
                                .asString()
                                .startsWith("Pattern `"));
    }

    @Test
    void patternMayHaveSixtyNames() {
        var longest = "a/".repeat(59) + "a";
        assertThat(Globs.of(List.of(longest)).matches(longest + "/below")).isTrue();
        assertThatThrownBy(() -> Globs.of(List.of(longest + "/a"))).hasMessageContaining("more than 60 names");
    }
}

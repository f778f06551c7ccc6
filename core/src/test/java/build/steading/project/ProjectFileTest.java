// SPDX-License-Identifier: Apache-2.0
package build.steading.project;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProjectFileTest {
    private static final String FULL = """
        project: lua
        requires: os == "linux"
        options:
          opt:   {values: [O2, O3], default: O3, help: "optimisation level"}
          debug: {type: bool, default: on}
          jobs:  {type: int, default: 4, min: 1, max: 64}
          label: {type: string, default: "", pattern: "[a-z]*"}
        matrix:
          cc: [gcc, clang]
          include: [{cc: gcc, extra: yes}]
          exclude: [{cc: clang}]
        environment: {LANG: C.UTF-8, LEVEL: 3}
        tasks:
          compile:
            needs: []
            run: make CC=${matrix.cc}
            inputs: [src/**]
            outputs: [src/lua, build/*.so]
            environment: {A: b}
            requires: '"gcc" in tools'
            timeout: 30m
            network: on
            compile: distribute
            cache: [.ccache, build/obj]
            directory: sub
            memory: 2GiB
            retry: {exit: [3], times: 1}
            allow-missing-outputs: true
          test:
            needs: [compile]
            run: [src/lua, -v]
        artifacts: [compile/src/lua]
        notify: [{email: "${requester}", on: [finished]}]
        concurrency: {group: "${project}-${branch}", when-busy: replace}
        """;

    @Test
    void everyFieldIsRead() {
        var project = ProjectFile.parse("steading.yaml", FULL);

        assertThat(project.name()).isEqualTo("lua");
        assertThat(project.requires()).isEqualTo("os == \"linux\"");
        assertThat(project.defaultOptions())
                .containsExactly(
                        Map.entry("opt", "O3"),
                        Map.entry("debug", "true"),
                        Map.entry("jobs", "4"),
                        Map.entry("label", ""));
        assertThat(project.options().get("opt").help()).isEqualTo("optimisation level");
        assertThat(project.matrix().combinations()).containsExactly(ordered("cc", "gcc", "extra", "yes"));
        assertThat(project.environment()).containsExactly(Map.entry("LANG", "C.UTF-8"), Map.entry("LEVEL", "3"));
        assertThat(project.artifacts()).contains(List.of(new ArtifactChoice("compile", "src/lua")));
        assertThat(project.notifications())
                .containsExactly(new Notify(new Notify.Target.Email("${requester}"), List.of(Notify.Event.FINISHED)));
        assertThat(project.concurrency())
                .contains(new Concurrency("${project}-${branch}", Concurrency.WhenBusy.REPLACE));
        assertThat(project.tasks().get("compile"))
                .isEqualTo(new Task(
                        "compile",
                        List.of(),
                        new Run.Script("make CC=${matrix.cc}"),
                        List.of("src/**"),
                        List.of("src/lua", "build/*.so"),
                        ordered("A", "b"),
                        "\"gcc\" in tools",
                        Duration.ofMinutes(30),
                        true,
                        true,
                        List.of(".ccache", "build/obj"),
                        "sub",
                        OptionalLong.of(2L << 30),
                        new Retry(new TreeSet<>(Set.of(3, 75)), 1),
                        true));
        assertThat(project.tasks().get("test").run()).isEqualTo(new Run.Arguments(List.of("src/lua", "-v")));
    }

    @Test
    void whatIsLeftOutHasDefaults() {
        var task = ProjectFile.parse("f", "project: p\ntasks: {t: {run: x}}")
                .tasks()
                .get("t");

        assertThat(task).isEqualTo(Task.of("t", new Run.Script("x"), List.of(), false));
        assertThat(task.inputs()).containsExactly("**");
        assertThat(task.timeout()).isEqualTo(Duration.ofHours(1));
        assertThat(task.network()).isFalse();
        assertThat(task.retry()).isEqualTo(Retry.STANDARD);
    }

    @Test
    void bytesAreUtf8WithOrWithoutAMark() {
        var text = "\uFEFFproject: p\ntasks: {t: {run: größe}}";
        var project = ProjectFile.parse("f", text.getBytes(StandardCharsets.UTF_8));
        assertThat(project.tasks().get("t").run()).isEqualTo(new Run.Script("größe"));
    }

    @Test
    void anchorsAndAliasesStandForEachOther() {
        var project = ProjectFile.parse("f", """
            project: p
            tasks:
              a: {run: x, environment: &env {A: b}}
              b: {run: y, environment: *env}
            """);
        assertThat(project.tasks().get("b").environment()).containsExactly(Map.entry("A", "b"));
    }

    @Test
    void allProblemsAreReportedAtOnceInTheOrderOfTheFile() {
        assertThat(problems("""
            project: "-"
            opitons: {}
            tasks:
              compile:
                run: make -j${slots} CC=${matrix.cc} ${options.opt}
                needs: [tset, compile]
                timeout: 30
                outputs: [/etc, "../x"]
              test:
                outputs: nothing
            """))
                .containsExactly(
                        "f:1:10: Found `-`, allowed here is the name of the project: letters, digits, `.`, `_` and"
                                + " `-`, at most 100 of them, the first one a letter or digit",
                        "f:2:1: Found `opitons`, allowed here are `project`, `requires`, `options`, `matrix`,"
                            + " `environment`, `tasks`, `artifacts`, `notify`, `concurrency`; did you mean `options`?",
                        "f:5:10: Found `${matrix.cc}`, but this project has no `matrix`",
                        "f:5:10: Found `${options.opt}`, but this project has no `options`",
                        "f:6:13: Found `tset`, allowed are the tasks `compile`, `test`; did you mean `test`?",
                        "f:6:19: Found `compile`, but a task cannot need itself",
                        "f:7:14: Found the number `30`, allowed here is a duration such as `90s`, `30m`, `2h` or `1d`",
                        "f:8:15: Pattern `/etc` is absolute, but only paths below the project directory are allowed",
                        "f:8:21: Pattern `../x` has the name `..`, but it may not lead out of the project",
                        "f:9:3: Found no `run`, needed is a command",
                        "f:10:14: Found `nothing`, allowed here is a list, each entry a path or pattern such as"
                                + " `src/**`, in quotes if it begins with `*` or `!`");
    }

    @Test
    void fiftyProblemsAreShownAndTheOthersCounted() {
        var file = new StringBuilder("project: p\ntasks: {t: {run: x}}\n");
        for (var i = 0; i < 53; i++) {
            file.append("key").append(i).append(": 1\n");
        }
        assertThat(problems(file.toString())).hasSize(51).last().isEqualTo("and 3 more");
    }

    @Nested
    class Tasks {
        @Test
        void mayHaveTwoThousandOutputs() {
            var file = new StringBuilder("project: p\ntasks:\n  t: {run: x, outputs: [a0");
            for (var i = 1; i < 2000; i++) {
                file.append(", a").append(i);
            }
            assertThat(ProjectFile.parse("f", file + "]}\n").tasks().get("t").outputs())
                    .hasSize(2000);
            assertThat(problems(file + ", b]}\n")).containsExactly("f:2:1: Found more than 2000 different outputs");
        }

        @Test
        void circleIsNamedWhole() {
            assertThat(problems("""
                project: p
                tasks:
                  a: {run: x, needs: [b]}
                  b: {run: x, needs: [c]}
                  c: {run: x, needs: [a]}
                """))
                    .containsExactly(
                            "f:5:23: Found tasks that need one another in a circle: `a` needs `b` needs `c` needs `a`");
        }

        @ParameterizedTest
        @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
            run: ''                               | f:3:12: Found an empty command
            run: []                               | f:3:7: Found an empty list, allowed is a program and its arguments
            run: ['']                             | f:3:7: Found an empty program name
            run: "a\\0b"                          | f:3:12: Found a NUL character, allowed is text without it
            run: x, needs: [u, u]                 | f:3:15: Found a task twice in `needs`
            run: x, network: maybe                | f:3:24: Found `maybe`, allowed here is `on` or `off`
            run: x, memory: 2GB                   | f:3:23: Found `2GB`, allowed here is an amount such as `512MiB` or `2GiB`
            run: x, timeout: 0s                   | f:3:24: Found `0s`, allowed here is a duration
            run: x, inputs: ["a//b"]              | f:3:24: Pattern `a//b` has an empty name between two slashes
            run: x, inputs: ["a\\0"]              | f:3:24: Found a NUL character
            run: x, outputs: ["a["]               | f:3:25: Pattern `a[` has a `[` without `]`
            run: x, outputs: ["!a"]               | f:3:25: Found `!a`, but outputs cannot exclude
            run: x, outputs: [""]                 | f:3:25: Pattern `` is empty
            run: x, directory: ..                 | f:3:26: Pattern `..` has the name `..`
            run: x, directory: ""                 | f:3:26: Found ``, allowed here is the path of a directory
            run: x, cache: [/tmp]                 | f:3:23: Pattern `/tmp` is absolute
            run: x, cache: ["o*"]                 | f:3:23: Path `o*` has a wildcard
            run: x, cache: [a, a/b]               | f:3:26: Directory `a/b` overlaps `a`, which is kept as well
            run: x, cache: [o], outputs: [o/x]    | f:3:37: Output `o/x` overlaps `o` under `cache`
            run: x, cache: [o/x], outputs: [o]    | f:3:39: Output `o` overlaps `o/x` under `cache`
            run: x, outputs: ["b/*.a"]            | f:3:25: Output `b/*.a` collides with `b` of task `u`
            run: x, environment: {1A: x}          | f:3:29: Found the name `1A`, allowed are letters
            run: x, environment: {STEADING_X: x}  | f:3:29: Found the name `STEADING_X`
            run: x, environment: {A: "${HOME}"}   | f:3:32: Found `${HOME}`, allowed here are `${project}`
            run: x, requires: '1 +'               | f:3:25:
            run: "echo ${branch}"                 | f:3:12: Found `${branch}`, allowed only in `notify` and `concurrency`
            run: "echo ${option.o}"               | f:3:12: Found `${option.o}`, allowed are `${options.…}` and `${matrix.…}`; did you mean `options`?
            run: [a, "${slots}"]                  | f:3:16: Found `${slots}`, allowed only where the shell reads it
            nead: 1, run: x                       | f:3:7: Found `nead`, allowed here are
            """)
        void whatIsWrongIsReported(String task, String problem) {
            var file = "project: p\ntasks:\n  t: {" + task.strip() + "}\n  u: {run: x, outputs: [b]}\n";
            // Which of two colliding outputs is to blame is decided by the order of the file
            var turned = "project: p\ntasks: {u: {run: x, outputs: [b]},\n t: {" + task.strip() + "}}\n";
            assertThat(problems(task.contains("b/*.a") ? turned.replace("\n t", "\n  t") : file))
                    .singleElement()
                    .asString()
                    .startsWith(problem.strip());
        }
    }

    @Nested
    class Artifacts {
        @ParameterizedTest
        @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
            [complie/b]      | f:3:13: Found the task `complie`, allowed are `compile`, `test`; did you mean `compile`?
            [compile/c]      | f:3:13: Found `c`, but the outputs of task `compile` are `b`
            [test/b]         | f:3:13: Found `b`, but task `test` has no `outputs`
            [compile/../b]   | f:3:13: Pattern `../b` has the name `..`
            [compile//b]     | f:3:13: Pattern `/b` is absolute
            [compile/]       | f:3:13: Pattern `` is empty
            ["compile/!b"]   | f:3:13: Found `!b`, but artifacts cannot exclude
            """)
        void mustBeOutputsOfTasks(String artifacts, String problem) {
            assertThat(problems("project: p\ntasks: {compile: {run: x, outputs: [b]}, test: {run: x}}\nartifacts: "
                            + artifacts.strip() + "\n"))
                    .singleElement()
                    .asString()
                    .startsWith(problem.strip());
        }

        @Test
        void ofACombinationShareTheirDirectoryWithNoOthers() {
            assertThat(problems("""
                project: p
                matrix: {cc: [gcc]}
                tasks:
                  a: {run: "x ${matrix.cc}", outputs: [x]}
                  b: {run: x, outputs: [cc=gcc/x]}
                """))
                    .containsExactly(
                            "f:5:25: Output `cc=gcc/x` would be published among the artifacts of the combination"
                                    + " `cc=gcc`");
        }
    }

    @Nested
    class MatrixSection {
        @ParameterizedTest
        @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
            {}                                    | f:3:1: Found no axis, needed is at least one, or `include`
            {cc: []}                              | f:3:10: Found an empty list, needed is at least one value
            {cc: gcc}                             | f:3:14: Found `gcc`, allowed here is a list of values
            {cc: [a/b]}                           | f:3:15: Found `a/b`, allowed here is up to 100 characters
            {cc: [a, a]}                          | f:3:18: Found `a` twice
            {cc: [a], exclude: [{cc: a}]}         | f:3:1: Found `exclude` for every combination: none is left
            {cc: [a, b], exclude: [{cd: a}]}      | f:3:37: Found `cd`, allowed here are the axes `cc`; did you mean `cc`?
            {cc: [ab, b], exclude: [{cc: aa}]}    | f:3:38: Found `aa`, allowed here is one of `ab`, `b`; did you mean `ab`?
            {cc: [a], include: [{cc: b, f: 1}, {cc: b, f: 2}]} | f:3:19: Found two combinations `cc=b`: they must differ in an axis
            {cc: [a], include: [{f: "${options.o}"}]} | f:3:33: Found `${options.o}`, but values of the matrix are put in as they are
            """)
        void problemsAreReported(String matrix, String problem) {
            assertThat(problems("project: p\ntasks: {t: {run: x}}\nmatrix: " + matrix.strip() + "\n"))
                    .singleElement()
                    .asString()
                    .startsWith(problem.strip());
        }

        @Test
        void mayHave256Combinations() {
            var sixteen = "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]";
            var file = "project: p\ntasks: {t: {run: x}}\nmatrix: {a: %s, b: %s%s}\n";
            assertThat(ProjectFile.parse("f", file.formatted(sixteen, sixteen, ""))
                            .matrix()
                            .combinations())
                    .hasSize(256);
            assertThat(problems(file.formatted(sixteen, sixteen, ", include: [{a: x}]")))
                    .containsExactly("f:3:1: Found more than 256 combinations");
        }
    }

    @Nested
    class Options {
        @ParameterizedTest
        @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
            {}                                          | f:3:11: Found no `type`, needed is `type: bool`, `type: int`
            {type: boolean}                             | f:3:23: Found `boolean`, allowed here is `type: bool`
            {values: [a, b], default: c}                | f:3:42: Found `c`, allowed here is one of `a`, `b`
            {values: [a, a]}                            | f:3:29: Found `a` twice
            {values: []}                                | f:3:17: Found an empty list, needed is at least one value
            {values: [a], type: bool}                   | f:3:30: Found `type`, allowed here are `values`, `default`, `help`
            {type: bool, default: 3}                    | f:3:38: Found the number `3`, allowed here is `true` or `false`
            {type: int}                                 | f:3:11: Found no `default`, needed is a whole number
            {type: int, default: 65, max: 64}           | f:3:37: Found the number `65`, allowed here is a whole number up to 64
            {type: int, default: 1, min: 2, max: 1}     | f:3:45: Found `min` 2 above `max` 1
            {type: int, default: 99999999999999999999}  | f:3:37: Found the number `99999999999999999999`, allowed here is a whole number
            {type: string, default: A, pattern: "[a-z]*"} | f:3:40: Found `A`, allowed here is text that matches `[a-z]*`
            {type: string, pattern: "[a-z]+"}           | f:3:11: Found no `default`, needed is text that matches `[a-z]+`
            {type: string, pattern: "["}                | f:3:40: Found `[`, which is no regular expression
            """)
        void problemsAreReported(String option, String problem) {
            assertThat(problems("project: p\ntasks: {t: {run: x}}\noptions: {opt: " + option.strip() + "}\n"))
                    .singleElement()
                    .asString()
                    .startsWith(problem.strip());
        }
    }

    /// Returns the problems that are found in a file called `f`.
    static List<String> problems(String yaml) {
        var failure = catchThrowableOfType(SteadingException.class, () -> ProjectFile.parse("f", yaml));
        assertThat(failure).as("failure of %s", yaml).isNotNull();
        assertThat(failure.failure()).isInstanceOf(Failure.Invalid.class);
        return failure.failure().message().lines().toList();
    }

    private static SequencedMap<String, String> ordered(String... pairs) {
        var map = new LinkedHashMap<String, String>();
        for (var i = 0; i < pairs.length; i += 2) {
            map.put(pairs[i], pairs[i + 1]);
        }
        return map;
    }
}

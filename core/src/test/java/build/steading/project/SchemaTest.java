// SPDX-License-Identifier: Apache-2.0
package build.steading.project;

import static org.assertj.core.api.Assertions.assertThat;

import build.steading.failure.SteadingException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/// The parser decides; the schema, for editors, must say the same as far as a schema can.
class SchemaTest {
    private static final Schema SCHEMA = schema();
    private static final Path EXAMPLE = Path.of("..", "examples", "wordfreq", "steading.yaml");
    private static final Path REFERENCE = Path.of("..", "docs", "steading-yaml.md");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "requires: 'true'",
                "options: {a: {values: [1, two, 3.0, true]}}",
                "options: {a: {values: [x], default: x, help: h}}",
                "options: {a: {type: bool}}",
                "options: {a: {type: bool, default: on}}",
                "options: {a: {type: bool, default: True, help: h}}",
                "options: {a: {type: int, default: -3, min: -5, max: 7}}",
                "options: {a: {type: string}}",
                "options: {a-b_C: {type: string, default: 3, pattern: '.*'}}",
                "matrix: {cc: [gcc, 3.10, true, größe, c++]}",
                "matrix: {cc: [gcc], include: [{cc: gcc, x: a b/c}], exclude: []}",
                "matrix: {include: [{cc: gcc}]}",
                "environment: {A: b, _B: 3, C: true, D: ''}",
                "artifacts: []",
                "artifacts: [t, t/o, t/**]",
                "notify: []",
                "notify: [{email: a@b.c}]",
                "notify: [{email: '${requester}', on: [finished]}]",
                "notify: [{email: '${requester}@b.c', on: [succeeded, failed, changed]}]",
                "notify: [{webhook: chat-room, on: [changed]}, {webhook: x}]",
                "concurrency: {group: x}",
                "concurrency: {group: '${branch}', when-busy: refuse}",
                "tasks: {1: {run: x}}",
                "tasks: {t: {run: x, needs: []}}",
                "tasks: {t: {run: [x, '']}}",
                "tasks: {t: {run: x, inputs: [], outputs: [a/, 'b*', 'c/{d,e}']}}",
                "tasks: {t: {run: x, inputs: ['!a', 'a b', ..., .a, a..b]}}",
                "tasks: {t: {run: x, timeout: 999999d, memory: 1TiB}}",
                "tasks: {t: {run: x, network: yes, allow-missing-outputs: no}}",
                "tasks: {t: {run: x, network: true, allow-missing-outputs: on}}",
                "tasks: {t: {run: x, cache: [.cache, a/b], directory: a/b/, requires: 'os == \"linux\"'}}",
                "tasks: {t: {run: x, environment: {STEADING: x}}}",
                "tasks: {t: {run: x, retry: off}}",
                "tasks: {t: {run: x, retry: {}}}",
                "tasks: {t: {run: x, retry: {exit: [1, 255], times: 3}}}",
            })
    void bothAccept(String fields) {
        assertThat(parses(file(fields))).isTrue();
        assertThat(complaints(file(fields))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "unknown: 1",
                "project: 3",
                "project: -p",
                "project: a/b",
                "project: ''",
                "requires: true",
                "options: []",
                "options: {a: }",
                "options: {a b: {type: bool}}",
                "options: {a: {type: float}}",
                "options: {a: {default: x}}",
                "options: {a: {values: []}}",
                "options: {a: {values: x}}",
                "options: {a: {values: [x, x]}}",
                "options: {a: {values: [[x]]}}",
                "options: {a: {values: [x], type: string}}",
                "options: {a: {type: bool, default: 1}}",
                "options: {a: {type: bool, default: ON}}",
                "options: {a: {type: bool, min: 1}}",
                "options: {a: {type: int}}",
                "options: {a: {type: int, default: '4'}}",
                "options: {a: {type: int, default: 4.5}}",
                "options: {a: {type: int, default: 4, pattern: x}}",
                "options: {a: {type: string, default: [x]}}",
                "options: {a: {type: string, help: 3}}",
                "matrix: []",
                "matrix: {}",
                "matrix: {cc: gcc}",
                "matrix: {cc: []}",
                "matrix: {cc: [a, a]}",
                "matrix: {cc: [a b]}",
                "matrix: {cc: ['a=b']}",
                "matrix: {cc: ['']}",
                "matrix: {cc: [~]}",
                "matrix: {1a: [x]}",
                "matrix: {cc: [a], include: {}}",
                "matrix: {cc: [a], include: [{}]}",
                "matrix: {cc: [a], exclude: [{cc: [a]}]}",
                "environment: [A]",
                "environment: {A: [b]}",
                "environment: {A: ~}",
                "environment: {A-B: c}",
                "environment: {STEADING_A: c}",
                "artifacts: t/o",
                "artifacts: [/t]",
                "artifacts: [t//o]",
                "artifacts: [t/]",
                "artifacts: [t/!o]",
                "artifacts: [t/../o]",
                "notify: {}",
                "notify: [{}]",
                "notify: [{on: [failed]}]",
                "notify: [{email: a@b.c, webhook: x}]",
                "notify: [{webhook: a b}]",
                "notify: [{email: a, on: [started]}]",
                "notify: [{email: a, on: finished}]",
                "concurrency: {}",
                "concurrency: {group: g, when-busy: wait}",
                "tasks: {}",
                "tasks: ",
                "tasks: {t: }",
                "tasks: {t: {}}",
                "tasks: {t: x}",
                "tasks: {a/b: {run: x}}",
                "tasks: {t: {run: ''}}",
                "tasks: {t: {run: []}}",
                "tasks: {t: {run: 3}}",
                "tasks: {t: {run: [3]}}",
                "tasks: {t: {run: x, needs: t}}",
                "tasks: {t: {run: x, needs: [u, u]}, u: {run: x}}",
                "tasks: {t: {run: x, inputs: x}}",
                "tasks: {t: {run: x, inputs: [/a]}}",
                "tasks: {t: {run: x, inputs: [../a]}}",
                "tasks: {t: {run: x, inputs: [a/..]}}",
                "tasks: {t: {run: x, inputs: [./a]}}",
                "tasks: {t: {run: x, inputs: [a//b]}}",
                "tasks: {t: {run: x, inputs: ['!/a']}}",
                "tasks: {t: {run: x, inputs: ['!']}}",
                "tasks: {t: {run: x, inputs: ['!..']}}",
                "tasks: {t: {run: x, outputs: ['']}}",
                "tasks: {t: {run: x, outputs: ['!a']}}",
                "tasks: {t: {run: x, outputs: [a/./b]}}",
                "tasks: {t: {run: x, timeout: 30}}",
                "tasks: {t: {run: x, timeout: 0s}}",
                "tasks: {t: {run: x, timeout: 1000000s}}",
                "tasks: {t: {run: x, memory: 2GB}}",
                "tasks: {t: {run: x, network: sometimes}}",
                "tasks: {t: {run: x, cache: ['a*']}}",
                "tasks: {t: {run: x, cache: [/a]}}",
                "tasks: {t: {run: x, directory: ''}}",
                "tasks: {t: {run: x, directory: ..}}",
                "tasks: {t: {run: x, allow-missing-outputs: 1}}",
                "tasks: {t: {run: x, retry: 2}}",
                "tasks: {t: {run: x, retry: never}}",
                "tasks: {t: {run: x, retry: {exit: 3}}}",
                "tasks: {t: {run: x, retry: {exit: [0]}}}",
                "tasks: {t: {run: x, retry: {exit: [256]}}}",
                "tasks: {t: {run: x, retry: {exit: [183]}}}",
                "tasks: {t: {run: x, retry: {times: 0}}}",
                "tasks: {t: {run: x, retry: {times: 4}}}",
                "tasks: {t: {run: x, retry: {times: '1'}}}",
                "tasks: {t: {run: x, retry: {pause: 1s}}}",
                "tasks: {t: {run: x, help: me}}",
            })
    void bothRefuse(String fields) {
        assertThat(parses(file(fields))).isFalse();
        assertThat(complaints(file(fields))).isNotEmpty();
    }

    /// What one part of the file says about another, or a value about itself beyond its form.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "requires: '1 +'",
                "options: {a: {values: [x], default: y}}",
                "options: {a: {values: [1, '1']}}",
                "options: {a: {type: int, default: 3, min: 4}}",
                "options: {a: {type: int, default: 4.0}}",
                "options: {a: {type: string, pattern: '['}}",
                "options: {a: {type: string, default: A, pattern: '[a-z]'}}",
                "matrix: {exclude: []}",
                "matrix: {cc: [a], exclude: [{cc: a}]}",
                "matrix: {cc: [a], exclude: [{dd: a}]}",
                "matrix: {cc: [a], include: [{cc: b c}]}",
                "artifacts: [u/o]",
                "artifacts: [t/p]",
                "notify: [{email: '${matrix.cc}'}]",
                "notify: [{email: 'a b@c'}]",
                "notify: [{email: \"a@b\\nBcc: c@d\"}]",
                "tasks: {t: {run: '${options.a}'}}",
                "tasks: {t: {run: x, needs: [t]}}",
                "tasks: {t: {run: x, needs: [u]}}",
                "tasks: {t: {run: ['']}}",
                "tasks: {t: {run: x, inputs: ['[']}}",
                "tasks: {t: {run: x, outputs: [o]}, u: {run: x, outputs: [o/p]}}",
                "tasks: {t: {run: x, outputs: [o], cache: [o]}}",
            })
    void parserAloneRefuses(String fields) {
        assertThat(parses(file(fields))).isFalse();
        assertThat(complaints(file(fields))).isEmpty();
    }

    @Test
    void bothAcceptTheExampleProject() throws IOException {
        var yaml = Files.readString(EXAMPLE);
        assertThat(complaints(yaml)).isEmpty();
        assertThat(ProjectFile.parse(EXAMPLE.toString(), yaml).expand(Map.of(), Map.of(), List.of()))
                .extracting(TaskInstance::id)
                .containsExactly(
                        "compile[mode=release]",
                        "compile[mode=debug]",
                        "test[mode=release]",
                        "test[mode=debug]",
                        "dist[mode=release]",
                        "dist[mode=debug]");
    }

    @Test
    void bothAcceptWhatTheReferenceShows() throws IOException {
        var examples = new ArrayList<String>();
        Pattern.compile("(?ms)^```yaml\n(.*?)^```$")
                .matcher(Files.readString(REFERENCE))
                .results()
                .forEach(found -> examples.add(found.group(1)));
        assertThat(examples).hasSizeGreaterThan(5).allSatisfy(yaml -> {
            assertThat(complaints(yaml)).isEmpty();
            assertThat(ProjectFile.parse("example", yaml)).isNotNull();
        });
    }

    @Test
    void referenceExplainsEveryFieldOfTheSchema() throws IOException {
        var text = Files.readString(REFERENCE);
        var schema = new ObjectMapper().readTree(schemaText());
        var fields = new ArrayList<String>();
        schema.at("/properties").fieldNames().forEachRemaining(fields::add);
        schema.at("/$defs/task/properties").fieldNames().forEachRemaining(fields::add);
        assertThat(fields).hasSize(23).allSatisfy(field -> assertThat(text).contains("`" + field + "`"));
    }

    /// Completes fields to a file: whatever it does not say itself is there, and right.
    private static String file(String fields) {
        var text = fields.equals("{}") ? "" : fields + "\n";
        var project = fields.startsWith("project:") ? "" : "project: p\n";
        var tasks = fields.startsWith("tasks:") ? "" : "tasks: {t: {run: x, outputs: [o]}}\n";
        return project + text + tasks;
    }

    private static boolean parses(String yaml) {
        try {
            ProjectFile.parse("f", yaml);
            return true;
        } catch (SteadingException _) {
            return false;
        }
    }

    private static List<Error> complaints(String yaml) {
        var settings = LoadSettings.builder().setSchema(new CoreSchema()).build();
        try {
            var json = new ObjectMapper().writeValueAsString(new Load(settings).loadFromString(yaml));
            return SCHEMA.validate(json, InputFormat.JSON);
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }

    private static Schema schema() {
        return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(schemaText(), InputFormat.JSON);
    }

    private static String schemaText() {
        try (var stream = SchemaTest.class.getResourceAsStream("steading.schema.json")) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

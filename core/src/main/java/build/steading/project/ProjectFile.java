// SPDX-License-Identifier: Apache-2.0
package build.steading.project;

import build.steading.failure.SteadingException;
import build.steading.yaml.Problems;
import build.steading.yaml.YamlText;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// Reads the text of a `steading.yaml`.
public final class ProjectFile {
    /// What the file is called, at the top of a project's directory.
    public static final String NAME = "steading.yaml";

    private static final String NEEDED = "a mapping with at least `project` and `tasks`";

    private ProjectFile() {}

    /// Returns the project that a file defines.
    ///
    /// @param fileName what to call the file in messages
    /// @param bytes the file, in UTF-8
    /// @throws SteadingException with `Invalid` if anything is wrong: every problem is on a line of its own, with
    ///     its place, what was found and what is allowed
    public static Project parse(String fileName, byte[] bytes) {
        var problems = Problems.in(fileName);
        return finish(YamlText.decode(bytes, problems).flatMap(text -> read(text, problems)), problems);
    }

    /// Returns the project that a text defines, as [#parse(String, byte\[\])] does.
    public static Project parse(String fileName, String text) {
        var problems = Problems.in(fileName);
        return finish(read(text, problems), problems);
    }

    /// Returns the JSON Schema (2020-12) of the file, for editors.
    public static String schema() {
        try (var resource = ProjectFile.class.getResourceAsStream("steading.schema.json")) {
            if (resource == null) {
                throw new IllegalStateException("The schema is not in the distribution");
            }
            return new String(resource.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Optional<Project> read(String text, Problems problems) {
        var project = YamlText.compose(text, NEEDED, problems).flatMap(ProjectReader::read);
        project.ifPresent(read -> new ProjectChecks(read, problems).run());
        return project;
    }

    private static Project finish(Optional<Project> project, Problems problems) {
        problems.throwIfAny();
        return project.orElseThrow();
    }
}

// SPDX-License-Identifier: Apache-2.0
package build.steading.worker.terms;

import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.platform.Policy;
import build.steading.platform.Properties;
import build.steading.yaml.Problems;
import build.steading.yaml.YamlText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// What the owner of a machine says when a worker is started: by options on the command line, in a file such as
/// `worker.yaml`, or both. Both have the same names, which `docs/worker.md` explains.
///
/// @param name what the worker is called; empty if it is not said
/// @param slots how many actions run at the same time; empty if it is not said
public record WorkerSettings(Optional<String> name, OptionalInt slots, Terms terms) {
    /// All names, in the order for people. Options may be given once, but for `policy` and `property`.
    public static final List<String> NAMES = List.of(
            "name", "slots", "memory", "hours", "max-load", "on-battery", "nice", "disk-floor", "property", "policy");

    static final String PROPERTIES = "properties";
    private static final String NEEDED = "a mapping with settings such as `slots`";

    /// Reads settings. What the command line says goes before what the file says, but for policies: all must be
    /// met.
    ///
    /// @param options those that were given, each with its values, by [#NAMES]
    /// @param file in UTF-8; messages call it by its last name
    /// @throws SteadingException with `Invalid` if anything is wrong: every problem is on a line of its own, with
    ///     its place, what was found and what is allowed; with `NotFound` if the file cannot be read
    public static WorkerSettings parse(Map<String, List<String>> options, Optional<Path> file) {
        var problems = file.map(each -> Problems.in(String.valueOf(each.getFileName())))
                .orElseGet(Problems::unlocated);
        var given = new Given(problems);
        file.flatMap(each -> YamlText.decode(bytes(each), problems))
                .filter(text -> !text.lines().allMatch(line -> line.isBlank() || line.startsWith("#")))
                .flatMap(text -> YamlText.compose(text, NEEDED, problems))
                .ifPresent(given::addFile);
        given.addOptions(options);
        var settings = read(given);
        problems.throwIfAny();
        return settings;
    }

    /// Returns no more than what is too much anyway.
    private static byte[] bytes(Path file) {
        try (var content = Files.newInputStream(file)) {
            return content.readNBytes(YamlText.MAX_BYTES + 1);
        } catch (IOException e) {
            throw new SteadingException(
                    new Failure.NotFound("Settings `%s` cannot be read: %s".formatted(file, e.getMessage())), e);
        }
    }

    private static WorkerSettings read(Given given) {
        var usual = Terms.USUAL;
        var slots = given.number("slots", 1, 1000);
        var terms = new Terms(
                Policy.all(given.policies()),
                new Properties(given.properties()),
                given.bytes("memory"),
                given.hours("hours").orElse(Hours.ALWAYS),
                given.decimal("max-load"),
                given.truth("on-battery").orElse(usual.onBattery()),
                (int) given.number("nice", 0, 19).orElse(usual.nice()),
                given.bytes("disk-floor").orElse(usual.diskFloorBytes()),
                usual.toolVersions());
        return new WorkerSettings(
                given.name("name"),
                slots.isPresent() ? OptionalInt.of((int) slots.getAsLong()) : OptionalInt.empty(),
                terms);
    }
}

// SPDX-License-Identifier: Apache-2.0
package build.steading.project;

import build.steading.yaml.Fields;
import build.steading.yaml.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

/// Reads the file as a whole.
final class ProjectReader {
    /// How many tasks, options or axes a project may have.
    static final int MAX_ENTRIES = 500;

    private static final List<String> KEYS = List.of(
            "project", "requires", "options", "matrix", "environment", "tasks", "artifacts", "notify", "concurrency");

    private ProjectReader() {}

    /// Returns the project as far as it could be read; nothing if the file is of another kind.
    static Optional<Project> read(Value top) {
        var fields = Fields.of(top, KEYS);
        if (!top.isMapping()) {
            return Optional.empty();
        }
        var project = new Project(
                name(fields),
                fields.text("requires", "an expression in quotes").orElse(""),
                options(fields),
                fields.get("matrix").map(MatrixReader::read).orElse(Matrix.NONE),
                Environments.read(fields),
                tasks(fields),
                fields.texts("artifacts", "an output such as `compile/src/lua`")
                        .map(texts -> texts.stream().map(ArtifactChoice::parse).toList()),
                fields.get("notify").map(ProjectReader::notifications).orElse(List.of()),
                fields.get("concurrency").map(ProjectReader::concurrency));
        return Optional.of(project);
    }

    private static String name(Fields fields) {
        var allowed = "the name of the project: " + Names.PROJECT_OR_TASK_ALLOWED;
        return fields.required("project", "the name of the project")
                .flatMap(value -> value.text(Names.PROJECT_OR_TASK, allowed))
                .orElse("unknown");
    }

    private static SequencedMap<String, Option> options(Fields fields) {
        var options = new LinkedHashMap<String, Option>();
        fields.get("options")
                .ifPresent(section -> section.entries("a mapping of options by name")
                        .forEach((name, value) -> {
                            value.checkName(name, Names.OPTION_OR_AXIS, Names.OPTION_OR_AXIS_ALLOWED);
                            options.put(name, OptionReader.read(value));
                        }));
        return limited("options", options, fields);
    }

    private static SequencedMap<String, Task> tasks(Fields fields) {
        var tasks = new LinkedHashMap<String, Task>();
        fields.required("tasks", "a mapping of tasks by name").ifPresent(section -> {
            var entries = section.entries("a mapping of tasks by name");
            entries.forEach((name, value) -> {
                value.checkName(name, Names.PROJECT_OR_TASK, Names.PROJECT_OR_TASK_ALLOWED);
                tasks.put(name, TaskReader.read(name, value));
            });
            if (section.isMapping() && entries.isEmpty()) {
                section.problem("Found no task, needed is at least one");
            }
        });
        return limited("tasks", tasks, fields);
    }

    private static <T> SequencedMap<String, T> limited(String key, SequencedMap<String, T> entries, Fields fields) {
        if (entries.size() <= MAX_ENTRIES) {
            return entries;
        }
        fields.get(key).ifPresent(value -> value.problem("Found more than %d %s".formatted(MAX_ENTRIES, key)));
        return new LinkedHashMap<>();
    }

    private static List<Notify> notifications(Value section) {
        var notifications = new ArrayList<Notify>();
        for (var item : section.items("a list such as `[{email: builds@example.org, on: [failed]}]`")) {
            var fields = Fields.of(item, List.of("email", "webhook", "on"));
            var events = new ArrayList<Notify.Event>();
            fields.get("on")
                    .ifPresentOrElse(
                            value -> value.items("a list of events such as `[finished]`")
                                    .forEach(event ->
                                            event.constant(Notify.Event.class).ifPresent(events::add)),
                            () -> events.add(Notify.Event.FINISHED));
            target(item, fields).ifPresent(target -> notifications.add(new Notify(target, events)));
        }
        return notifications;
    }

    private static Optional<Notify.Target> target(Value item, Fields fields) {
        var email = fields.get("email");
        var webhook = fields.get("webhook");
        if (item.isMapping() && email.isPresent() == webhook.isPresent()) {
            item.problem("Found %s, needed is one of `email` and `webhook`"
                    .formatted(email.isPresent() ? "both `email` and `webhook`" : "neither `email` nor `webhook`"));
            return Optional.empty();
        }
        if (webhook.isPresent()) {
            return webhook.flatMap(value -> value.text(Names.PROJECT_OR_TASK, Names.PROJECT_OR_TASK_ALLOWED))
                    .map(Notify.Target.Webhook::new);
        }
        return email.flatMap(value -> value.text("an address")).flatMap(text -> {
            if (Template.references(text).isEmpty() && !EmailAddress.isValid(text)) {
                email.get().wrong("an address such as `builds@example.org`, or a reference to one");
                return Optional.empty();
            }
            return Optional.of(new Notify.Target.Email(text));
        });
    }

    private static Concurrency concurrency(Value section) {
        var fields = Fields.of(section, List.of("group", "when-busy"));
        var whenBusy = fields.get("when-busy").flatMap(value -> value.constant(Concurrency.WhenBusy.class));
        return new Concurrency(
                fields.requiredText("group", "text such as `${project}-${branch}`"),
                whenBusy.orElse(Concurrency.WhenBusy.QUEUE));
    }
}

// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.command;

import build.steading.build.BuildId;
import build.steading.build.BuildSpec;
import build.steading.build.BuildSpec.SingleCommand;
import build.steading.build.Builds.Order;
import build.steading.build.Plans;
import build.steading.build.RequestRecord;
import build.steading.cli.door.ExitCode;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.source.Revision;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Builds committed revisions, several at once if asked.
@Command(
        name = "build",
        description = {
            "Build committed revisions of a project, in the background farm and apart from the working tree.",
            "",
            "A revision is a branch, a tag, a commit or an expression such as `HEAD~2`; without one it is the current"
                    + " branch. Names that are no revision name tasks. A number shows the build of that number."
        },
        footer = {
            "",
            "Examples:",
            "  steading build                      build the current branch",
            "  steading build main v1.0 test       build task `test` of two revisions",
            "  steading build -o opt=O3 --detach   with another option value, without waiting",
            "  steading build --run 'make html' --output build/html",
            "                                      a repository without a `steading.yaml`"
        },
        sortOptions = false)
final class BuildCommand implements Callable<Integer> {
    /// A task for part of the matrix. No revision looks like this: git forbids brackets in names.
    private static final Pattern INSTANCE = Pattern.compile("[^\\[\\]]+\\[[^\\[\\]]*]");

    private final Services services;
    private final Console console;

    @Mixin
    private ProjectOptions project;

    @Mixin
    private FollowOptions following;

    @Parameters(paramLabel = "REV|TASK", description = "Revisions and tasks to build.")
    private List<String> names = List.of();

    @Option(
            names = {"-t", "--task"},
            paramLabel = "TASK",
            description = "Build this task and what it needs; may be repeated.")
    private List<String> tasks = List.of();

    @Option(
            names = {"-o", "--option"},
            paramLabel = "NAME=VALUE",
            description = "Set an option of the project; may be repeated.")
    private Map<String, String> options = Map.of();

    @Option(
            names = {"-m", "--matrix"},
            paramLabel = "AXIS=VALUE",
            description = "Build only this part of the matrix; may be repeated.")
    private Map<String, String> matrix = Map.of();

    @Option(names = "--wip", description = "Build the working tree as it is, uncommitted changes included.")
    private boolean wip;

    @Option(names = "--run", paramLabel = "COMMAND", description = "Run this in place of a `steading.yaml`.")
    private Optional<String> run = Optional.empty();

    @Option(
            names = "--output",
            paramLabel = "PATH",
            description = "A file or directory that --run makes; may be repeated.")
    private List<String> outputs = List.of();

    @Option(names = "--network", description = "Let --run use the network.")
    private boolean network;

    @Option(names = "--force", description = "Run all tasks even if their results are known.")
    private boolean force;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Where artifacts appear (default: `build/steading/REV` in the project's directory).")
    private Optional<Path> out = Optional.empty();

    @Option(names = "--detach", description = "Return at once; the build goes on in the background.")
    private boolean detach;

    BuildCommand(Services services, Console console) {
        this.services = services;
        this.console = console;
    }

    @Override
    public Integer call() throws InterruptedException {
        var shown = buildNumber();
        if (shown.isPresent()) {
            return new Report(services, console).show(shown.get(), following.json());
        }
        if (run.isEmpty() && (!outputs.isEmpty() || network)) {
            throw SteadingException.invalid(
                    "`--output` and `--network` belong to `--run`; otherwise `steading.yaml` says both");
        }
        if (!detach) {
            // Until the requests are stored, the same once more: what was stored already is joined.
            console.invocation().caller().resumeWith(console.invocation().arguments());
        }
        var place = project.place(services, console);
        var wanted = sort(place);
        try (var follower = new Follower(services, console, following)) {
            var requests = new ArrayList<RequestRecord>();
            for (var revision : wanted.revisions()) {
                requests.add(submit(place, revision, wanted, follower));
            }
            if (detach) {
                return detached(requests);
            }
            console.invocation().caller().resumeWith(following.attachArguments(requests));
            return follower.show();
        }
    }

    /// A plain number is the number of a build, unless the repository knows it as a revision.
    private Optional<BuildId> buildNumber() {
        if (names.size() != 1 || !names.getFirst().matches("[0-9]{1,9}")) {
            return Optional.empty();
        }
        var id = new BuildId(Long.parseLong(names.getFirst()));
        if (services.book().find(id).isEmpty()) {
            return Optional.empty();
        }
        try {
            var _ = project.place(services, console).repository().resolve(names.getFirst());
            return Optional.empty();
        } catch (SteadingException _) {
            return Optional.of(id);
        }
    }

    private record Wanted(List<Revision> revisions, List<String> tasks) {}

    /// Tells revisions from tasks: what is no revision must be a task of the first revision's project.
    private Wanted sort(ProjectOptions.Place place) {
        var revisions = new LinkedHashMap<String, Revision>();
        var unknown = new LinkedHashMap<String, SteadingException>();
        for (var name : names) {
            try {
                revisions.put(name, place.repository().resolve(name));
            } catch (SteadingException e) {
                if (!(e.failure() instanceof Failure.NotFound)
                        && !INSTANCE.matcher(name).matches()) {
                    throw e;
                }
                unknown.put(name, e);
            }
        }
        if (wip) {
            if (!revisions.isEmpty()) {
                throw SteadingException.invalid(
                        "`--wip` builds the working tree, not `%s`",
                        revisions.firstEntry().getKey());
            }
            revisions.put("", place.repository().snapshot());
        } else if (revisions.isEmpty()) {
            revisions.put("", place.repository().resolve(""));
        }
        var wanted = new ArrayList<>(tasks);
        if (!names.isEmpty() && run.isEmpty()) {
            var known = taskNames(place, revisions.firstEntry().getValue(), unknown);
            revisions.keySet().stream().filter(known::contains).findFirst().ifPresent(both -> {
                throw SteadingException.invalid(
                        "`%s` is both a revision and a task: write `--task %s` or `refs/heads/%s`", both, both, both);
            });
            unknown.forEach((name, why) -> {
                if (!known.contains(name.replaceFirst("\\[.*", ""))) {
                    throw new SteadingException(new Failure.NotFound(why.failure()
                                    .message()
                            + " (nor is it a task of this project: `%s`)".formatted(String.join("`, `", known))));
                }
            });
            wanted.addAll(unknown.keySet());
        } else if (!unknown.isEmpty()) {
            throw unknown.firstEntry().getValue();
        }
        return new Wanted(List.copyOf(revisions.values()), wanted);
    }

    /// @param unknown names that are no revisions: where there is no project, that is what is wrong with them
    private Set<String> taskNames(
            ProjectOptions.Place place, Revision revision, Map<String, SteadingException> unknown) {
        try {
            var root = place.repository().tree(revision, false);
            var located = place.locate(services.trees(), revision, root, false);
            var where = "`%s`".formatted(revision.name());
            return services.plans().inTree(located.root(), where).tasks().keySet();
        } catch (SteadingException e) {
            throw unknown.values().stream().findFirst().orElse(e);
        }
    }

    private RequestRecord submit(ProjectOptions.Place place, Revision revision, Wanted wanted, Follower follower) {
        var root = place.repository().tree(revision, false);
        var located = place.locate(services.trees(), revision, root, run.isPresent());
        var command = run.map(line -> new SingleCommand(line, outputs, network));
        var spec = new BuildSpec(
                projectName(located, command),
                located.source(),
                located.root(),
                options,
                matrix,
                wanted.tasks(),
                command,
                force);
        var _ = services.plans().plan(spec);
        var target = target(located, revision, wanted.revisions().size() > 1);
        Targets.prepare(target, located.directory());
        return follower.submit(spec, new Order(console.user(), Optional.of(target)));
    }

    private String projectName(ProjectOptions.Located located, Optional<SingleCommand> command) {
        if (command.isPresent()) {
            return Plans.single(String.valueOf(located.directory().getFileName()), command.get())
                    .name();
        }
        var where = "`%s`".formatted(located.source().revision().name());
        return services.plans().inTree(located.root(), where).name();
    }

    private Path target(ProjectOptions.Located located, Revision revision, boolean several) {
        var name = Targets.directoryName(revision);
        if (out.isPresent()) {
            var given = console.invocation().cwd().resolve(out.get()).normalize();
            return several ? given.resolve(name) : given;
        }
        return located.directory().resolve(Targets.DIRECTORY).resolve(name);
    }

    private int detached(List<RequestRecord> requests) {
        for (var request : requests) {
            if (following.json()) {
                console.result("%s", Json.text(Json.request(request)));
            } else {
                console.result("%d", request.build().value());
                console.say(
                        "Build %d of `%s` %s; `steading attach %d` follows it",
                        request.build().value(),
                        request.revision(),
                        request.joined() ? "is under way already" : "goes on in the background",
                        request.build().value());
            }
        }
        return ExitCode.OK;
    }
}

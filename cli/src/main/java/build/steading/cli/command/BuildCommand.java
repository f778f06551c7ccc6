// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.command;

import build.steading.build.BuildId;
import build.steading.build.BuildSpec;
import build.steading.build.BuildSpec.SingleCommand;
import build.steading.build.Builds.Order;
import build.steading.build.Plans;
import build.steading.build.RequestRecord;
import build.steading.cli.door.ExitCode;
import build.steading.failure.SteadingException;
import build.steading.platform.Requirement;
import build.steading.project.Project;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
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
            "  steading build --range v1.0..main   the newest build since `v1.0`, or a new one",
            "  steading build --matrix opt=O2,O3 --matrix jit=true,false",
            "                                      four builds, and one table of what became of them",
            "  steading build --run 'make html' --output build/html",
            "                                      a repository without a `steading.yaml`"
        },
        sortOptions = false)
final class BuildCommand implements Callable<Integer> {
    private static final int SHORT_COMMIT = 12;

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

    @Mixin
    private MatrixOptions matrix;

    @Option(
            names = "--range",
            paramLabel = "A..B",
            description =
                    "The newest build that succeeded will do, of any commit of B that is not in A (`A^..B`: and of A"
                            + " itself); else one that is under way; else build B.")
    private Optional<String> range = Optional.empty();

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

    @Option(
            names = "--on",
            paramLabel = "EXPR",
            description = "Run on workers that meet this too, for instance `arch == \"aarch64\" && cores >= 8`"
                    + " (docs/requirements.md).")
    private String on = "";

    @Option(names = "--force", description = "Run all tasks even if their results are known.")
    private boolean force;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Where artifacts appear (default: `build/steading/REV` in the project's directory).")
    private Optional<Path> out = Optional.empty();

    @Mixin
    private RequestOptions request;

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
        refuseNonsense();
        var place = project.place(services, console);
        var wishes = wishes(place);
        try (var follower = new Follower(services, console, following)) {
            if (wishes.stream().anyMatch(wish -> wish.combination().isPresent()) && !detach) {
                // After a restart of the background process the same once more: what was built is known.
                return follower.show(wishes, wish -> submit(wish, follower), matrix.atMost());
            }
            var requests = new ArrayList<RequestRecord>();
            for (var wish : wishes) {
                requests.add(submit(wish, follower));
            }
            if (detach) {
                return detached(requests);
            }
            console.invocation().caller().resumeWith(following.attachArguments(requests));
            return follower.show();
        }
    }

    private void refuseNonsense() {
        if (run.isEmpty() && (!outputs.isEmpty() || network)) {
            throw SteadingException.invalid(
                    "`--output` and `--network` belong to `--run`; otherwise `steading.yaml` says both");
        }
        if (range.isPresent() && (wip || force)) {
            throw SteadingException.invalid(
                    "`--range` takes a build that there is already, `%s` wants a new one", wip ? "--wip" : "--force");
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

    private List<Wish> wishes(ProjectOptions.Place place) {
        var selection = selection(place);
        var commits = range.map(text -> CommitRange.parse(text).commits(place.repository()));
        var order =
                request.order(console, Optional.of(place.repository()), Optional.empty(), commits.orElse(List.of()));
        var wishes = new ArrayList<Wish>();
        for (var revision : selection.revisions()) {
            var root = place.repository().tree(revision, false);
            var located = place.locate(services.trees(), revision, root, run.isPresent());
            wishes.addAll(wishes(located, selection, order));
        }
        for (var i = 0; i < wishes.size(); i++) {
            wishes.set(i, wishes.get(i).numbered(i));
        }
        return wishes;
    }

    private Selection selection(ProjectOptions.Place place) {
        var sorted = Selection.sort(place, names);
        if (range.isPresent() || wip) {
            sorted.revisions().keySet().stream().findFirst().ifPresent(name -> {
                throw SteadingException.invalid(
                        wip
                                ? "`--wip` builds the working tree, not `%s`"
                                : "`--range` says what to build, so does `%s`",
                        name);
            });
            sorted.revisions()
                    .put(
                            "",
                            wip
                                    ? place.repository().snapshot()
                                    : place.repository()
                                            .resolve(CommitRange.parse(range.get())
                                                    .last()));
        } else if (sorted.revisions().isEmpty()) {
            sorted.revisions().put("", place.repository().resolve(""));
        }
        if (!names.isEmpty() && run.isEmpty()) {
            return Selection.of(services, place, sorted, tasks);
        }
        sorted.unknown().values().stream().findFirst().ifPresent(why -> {
            throw why;
        });
        return new Selection(List.copyOf(sorted.revisions().values()), tasks);
    }

    /// Returns one wish for each combination of the matrix, or one.
    private List<Wish> wishes(ProjectOptions.Located located, Selection selection, Order order) {
        var command = run.map(line -> new SingleCommand(line, outputs, network));
        var definition = definition(located, command);
        var chosen = matrix.choose(definition, options, console);
        var spec = new BuildSpec(
                definition.name(),
                located.source(),
                located.root(),
                options,
                chosen.axes(),
                selection.tasks(),
                command,
                force,
                Requirement.parse(on));
        var target = target(located, selection.revisions().size() > 1);
        var wishes = new ArrayList<Wish>();
        for (var combination : chosen.combinations()) {
            var all = new LinkedHashMap<>(options);
            all.putAll(combination.values());
            var below = order.into(target.resolve(combination.directoryName()));
            wishes.add(new Wish(spec.withOptions(all), below, Optional.of(combination)));
        }
        if (wishes.isEmpty()) {
            wishes.add(new Wish(spec, order.into(target), Optional.empty()));
        }
        for (var wish : wishes) {
            var _ = services.plans().plan(wish.spec());
            Targets.prepare(wish.order().out().orElseThrow(), located.directory());
        }
        return wishes;
    }

    private Project definition(ProjectOptions.Located located, Optional<SingleCommand> command) {
        if (command.isPresent()) {
            return Plans.single(String.valueOf(located.directory().getFileName()), command.get());
        }
        var where = "`%s`".formatted(located.source().revision().name());
        return services.plans().inTree(located.root(), where);
    }

    private RequestRecord submit(Wish wish, Follower follower) throws InterruptedException {
        var stored = follower.submit(wish.spec(), wish.order(), request.again());
        if (range.isPresent() && stored.joined()) {
            var revision = follower.find(stored.build())
                    .map(build -> build.spec().source().revision())
                    .orElse(wish.spec().source().revision());
            console.say(
                    "Build %d of `%s` (%s) %s",
                    stored.build().value(),
                    revision.name(),
                    revision.commit()
                            .substring(
                                    0, Math.min(SHORT_COMMIT, revision.commit().length())),
                    stored.state() == RequestRecord.State.OPEN ? "is under way already" : "is already available");
        }
        return stored;
    }

    private Path target(ProjectOptions.Located located, boolean several) {
        var name = Targets.directoryName(located.source().revision());
        if (out.isPresent()) {
            var given = console.invocation().cwd().resolve(out.get()).normalize();
            return several ? given.resolve(name) : given;
        }
        return located.directory().resolve(Targets.DIRECTORY).resolve(name);
    }

    private int detached(List<RequestRecord> requests) {
        for (var request : requests) {
            if (!following.json()) {
                console.say("Build %d of `%s` %s", request.build().value(), request.revision(), how(request));
            }
        }
        for (var request : requests) {
            console.conclude("%s", following.json() ? Json.text(Json.request(request)) : request.build());
        }
        return ExitCode.OK;
    }

    private static String how(RequestRecord request) {
        if (request.state() != RequestRecord.State.OPEN) {
            return "is already available";
        }
        return "%s; `steading attach %d` follows it"
                .formatted(
                        request.joined() ? "is under way already" : "goes on in the background",
                        request.build().value());
    }
}

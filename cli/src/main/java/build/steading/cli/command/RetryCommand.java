// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.command;

import build.steading.build.BuildId;
import build.steading.cli.door.ExitCode;
import build.steading.failure.SteadingException;
import build.steading.source.SourceRepository;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Build the same again: what succeeded is known already, what failed runs again.
@Command(name = "retry", description = "Build the same again: what succeeded is known already, what failed runs again.")
final class RetryCommand implements Callable<Integer> {
    private final Services services;
    private final Console console;

    @Mixin
    private FollowOptions following;

    @Parameters(paramLabel = "ID", description = "Number of the build.")
    private long build;

    @Option(names = "--force", description = "Run all tasks even if their results are known.")
    private boolean force;

    @Mixin
    private RequestOptions request;

    @Option(names = "--detach", description = "Return at once; the build goes on in the background.")
    private boolean detach;

    RetryCommand(Services services, Console console) {
        this.services = services;
        this.console = console;
    }

    @Override
    public Integer call() throws InterruptedException {
        var id = new BuildId(build);
        var patience = new Patience(services::joined, console, Thread::sleep);
        var again = request.again();
        var earlier = patience.answer(again, () -> services.book().find(id).orElseThrow(() -> Report.unknown(id)));
        if (!earlier.state().isFinal()) {
            throw SteadingException.invalid("Build %d has not ended; `steading attach %d` follows it", build, build);
        }
        var out = patience.answer(again, () -> services.book().requests(id)).stream()
                .flatMap(other -> other.out().stream())
                .reduce((_, last) -> last);
        var spec = force ? earlier.spec().forced() : earlier.spec();
        try (var follower = new Follower(services, console, following)) {
            var stored = follower.submit(spec, request.order(console, repository(), out, List.of()), again);
            console.say("Build %d does build %d again", stored.build().value(), build);
            if (detach) {
                console.conclude("%d", stored.build().value());
                return ExitCode.OK;
            }
            console.invocation().caller().resumeWith(following.attachArguments(List.of(stored)));
            return follower.show();
        }
    }

    private Optional<SourceRepository> repository() {
        try {
            return Optional.of(
                    services.repositories().apply(console.invocation().cwd()));
        } catch (SteadingException _) {
            // A build can be done again from anywhere.
            return Optional.empty();
        }
    }
}

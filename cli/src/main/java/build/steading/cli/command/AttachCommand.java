// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.command;

import build.steading.build.BuildId;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Follow builds that run in the background.
@Command(name = "attach", description = "Follow builds that run in the background.")
final class AttachCommand implements Callable<Integer> {
    private final Services services;
    private final Console console;

    @Mixin
    private FollowOptions following;

    @Parameters(arity = "1..*", paramLabel = "ID", description = "Numbers of builds.")
    private List<Long> builds = List.of();

    @Option(names = "--request", hidden = true, description = "On whose behalf an interruption may cancel.")
    private List<Long> requests = List.of();

    AttachCommand(Services services, Console console) {
        this.services = services;
        this.console = console;
    }

    @Override
    public Integer call() throws InterruptedException {
        console.invocation().caller().resumeWith(console.invocation().arguments());
        var patience = new Patience(services::joined, console, Thread::sleep);
        try (var follower = new Follower(services, console, following)) {
            for (var build : builds) {
                patience.await(() -> follow(new BuildId(build), follower));
            }
            return follower.show();
        }
    }

    private void follow(BuildId id, Follower follower) {
        var _ = services.book().find(id).orElseThrow(() -> Report.unknown(id));
        services.book().requests(id).stream()
                .filter(request -> requests.contains(request.id()))
                .forEach(follower::own);
        follower.observe(id);
    }
}

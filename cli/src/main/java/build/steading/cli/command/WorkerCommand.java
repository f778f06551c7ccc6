// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.command;

import build.steading.cli.door.ExitCode;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// What `steading worker` understands. The launcher gives it to a process of its own.
@Command(
        name = "worker",
        description = {
            "Lend this machine to a farm, in the foreground. Ctrl-C takes it back when what runs has finished.",
            "",
            "It dials out only. Its key never leaves it, and its certificate renews itself: a token is needed once."
                    + " What requirements can say of a machine, and policies of a request: see docs/requirements.md;"
                    + " all settings: docs/worker.md."
        },
        footer = {
            "",
            "Examples:",
            "  steading worker --join farm.example --token st1-...",
            "  steading worker --slots 4 --hours 22-7 --policy 'project in [\"lua\", \"zlib\"]'"
        },
        sortOptions = false)
public final class WorkerCommand implements Callable<Integer> {
    @Option(names = "--join", paramLabel = "HOST[:PORT]", description = "The farm's server; needed the first time.")
    private Optional<String> join = Optional.empty();

    @Option(names = "--token", paramLabel = "TOKEN", description = "What an admin gave you; needed the first time.")
    private Optional<String> token = Optional.empty();

    @Option(
            names = "--directory",
            paramLabel = "DIR",
            description = "What this worker keeps: its key, blobs and work (default: `worker` in the state directory).")
    private Optional<Path> directory = Optional.empty();

    @Option(names = "--config", paramLabel = "FILE", description = "A YAML file with the settings below.")
    private Optional<Path> config = Optional.empty();

    @Option(
            names = "--status-port",
            paramLabel = "PORT",
            description = "Answer `GET /status` on this port of the loopback interface (default: any free one). The"
                    + " port and the token that it wants are in `status.json` in DIR.")
    private OptionalInt statusPort = OptionalInt.empty();

    @Option(names = "--name", paramLabel = "NAME", description = "What it is called (default: its host name).")
    private Optional<String> name = Optional.empty();

    @Option(names = "--slots", paramLabel = "N", description = "How many actions at a time (default: one a core).")
    private Optional<String> slots = Optional.empty();

    @Option(names = "--memory", paramLabel = "SIZE", description = "What all actions together may use, such as `8GiB`.")
    private Optional<String> memory = Optional.empty();

    @Option(names = "--hours", paramLabel = "HOURS", description = "When, such as `22-7` or `Mon-Fri 20-8`.")
    private Optional<String> hours = Optional.empty();

    @Option(names = "--max-load", paramLabel = "CORES", description = "Give way when others keep so many cores busy.")
    private Optional<String> maxLoad = Optional.empty();

    @Option(names = "--on-battery", paramLabel = "yes|no", description = "Whether to work on battery.")
    private Optional<String> onBattery = Optional.empty();

    @Option(names = "--nice", paramLabel = "0..19", description = "How much actions give way to other programs.")
    private Optional<String> nice = Optional.empty();

    @Option(names = "--disk-floor", paramLabel = "SIZE", description = "What is kept free of the disk.")
    private Optional<String> diskFloor = Optional.empty();

    @Option(
            names = "--property",
            paramLabel = "NAME=VALUE",
            description = "Something more that it is; may be repeated.")
    private List<String> properties = List.of();

    @Option(
            names = "--policy",
            paramLabel = "EXPR",
            description = "What it is willing to run, over the request; may be repeated: all must be true.")
    private List<String> policies = List.of();

    @Override
    public Integer call() {
        return ExitCode.OK;
    }

    public Optional<String> join() {
        return join;
    }

    public Optional<String> token() {
        return token;
    }

    public Optional<Path> directory() {
        return directory;
    }

    public Optional<Path> config() {
        return config;
    }

    public int statusPort() {
        return statusPort.orElse(0);
    }

    /// Returns the settings that were given, by their names in `worker.yaml`.
    public Map<String, List<String>> settings() {
        var settings = new HashMap<String, List<String>>();
        name.ifPresent(value -> settings.put("name", List.of(value)));
        slots.ifPresent(value -> settings.put("slots", List.of(value)));
        memory.ifPresent(value -> settings.put("memory", List.of(value)));
        hours.ifPresent(value -> settings.put("hours", List.of(value)));
        maxLoad.ifPresent(value -> settings.put("max-load", List.of(value)));
        onBattery.ifPresent(value -> settings.put("on-battery", List.of(value)));
        nice.ifPresent(value -> settings.put("nice", List.of(value)));
        diskFloor.ifPresent(value -> settings.put("disk-floor", List.of(value)));
        if (!properties.isEmpty()) {
            settings.put("property", List.copyOf(properties));
        }
        if (!policies.isEmpty()) {
            settings.put("policy", List.copyOf(policies));
        }
        return settings;
    }
}

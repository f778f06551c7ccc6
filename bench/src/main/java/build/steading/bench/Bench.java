// SPDX-License-Identifier: Apache-2.0
package build.steading.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// Entry point of `bench/run`: runs the benchmarks of these names, all if there are none, each on a stage of its
/// own. With `--quick` among the names, those that can are content with less.
///
/// Arguments: the checkout, the program `timer`, a directory to work in, names.
final class Bench {
    private static final String QUICK = "--quick";

    private Bench() {}

    private interface Scenario {
        Table run(Stage stage) throws IOException, InterruptedException;
    }

    private static Map<String, Scenario> scenarios(boolean quick) {
        var scenarios = new LinkedHashMap<String, Scenario>();
        scenarios.put("cached", CachedBuildBench::run);
        scenarios.put("overhead", OverheadBench::run);
        scenarios.put("throughput", ThroughputBench::run);
        scenarios.put("farm", stage -> FarmBench.run(stage, quick));
        scenarios.put("makespan", stage -> MakespanBench.run(stage, quick));
        scenarios.put("wire", stage -> WireBench.run(stage, quick));
        scenarios.put("cc", stage -> CcBench.run(stage, quick));
        scenarios.put("capacity", stage -> CapacityBench.run(stage, quick ? 1_000_000 : 10_000_000));
        scenarios.put("git", GitTreeBench::run);
        scenarios.put("footprint", FootprintBench::run);
        scenarios.put("scheduler", _ -> SchedulerBench.run());
        scenarios.put("utilisation", _ -> UtilisationBench.run(quick));
        return scenarios;
    }

    static void main(String... arguments) throws IOException, InterruptedException {
        var options = List.of(arguments).subList(3, arguments.length);
        var scenarios = scenarios(options.contains(QUICK));
        var names = options.stream().filter(option -> !option.equals(QUICK)).toList();
        for (var name : names) {
            if (!scenarios.containsKey(name)) {
                System.err.printf(
                        "There is no benchmark `%s`; there are `%s`%n", name, String.join("`, `", scenarios.keySet()));
                System.exit(2);
            }
        }
        var chosen = names.isEmpty() ? List.copyOf(scenarios.keySet()) : names;
        var work = Path.of(arguments[2]);
        for (var name : chosen) {
            System.out.printf(
                    "%n[%s] load average %s%n",
                    name, Files.readString(Path.of("/proc/loadavg")).strip());
            try (var stage = new Stage(Path.of(arguments[0]), Path.of(arguments[1]), work.resolve(name))) {
                Objects.requireNonNull(scenarios.get(name)).run(stage).print(System.out);
            }
        }
    }
}

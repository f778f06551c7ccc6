// SPDX-License-Identifier: Apache-2.0
package build.steading.conformance;

import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// All checks, in the order of their ids: what the server says of itself, storage, results, execution, what
/// workers do.
public final class Suite {
    private static final String ORDER = "CSBZGXAE1W";

    private static final List<Check> ALL = Stream.of(
                    CapabilityChecks.all(),
                    FindChecks.all(),
                    BatchChecks.all(),
                    WriteChecks.all(),
                    ReadChecks.all(),
                    CompressionChecks.all(),
                    TreeChecks.all(),
                    CacheChecks.all(),
                    ExecuteChecks.all(),
                    DemandChecks.all(),
                    ReuseChecks.all(),
                    TransportChecks.all(),
                    InputChecks.all(),
                    OutputChecks.all(),
                    ProcessChecks.all())
            .flatMap(List::stream)
            .sorted(Comparator.comparingInt(
                            (Check check) -> ORDER.indexOf(check.id().charAt(0)))
                    .thenComparing(Check::id))
            .toList();

    private Suite() {}

    public static List<Check> all() {
        return ALL;
    }

    /// Returns the checks whose whole id matches.
    public static List<Check> matching(Pattern ids) {
        return ALL.stream().filter(check -> ids.matcher(check.id()).matches()).toList();
    }
}

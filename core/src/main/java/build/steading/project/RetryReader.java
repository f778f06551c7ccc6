// SPDX-License-Identifier: Apache-2.0
package build.steading.project;

import build.steading.yaml.Fields;
import build.steading.yaml.Value;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// Reads the `retry` of a task. It adds exit statuses, and takes away attempts.
final class RetryReader {
    private static final List<String> KEYS = List.of("exit", "times");
    private static final String STATUS_ALLOWED = "an exit status from 1 to 255";
    private static final String TIMES_ALLOWED = "a number of further attempts from 1 to " + Retry.MOST_TIMES;

    private RetryReader() {}

    static Retry read(Value value) {
        if (!value.isMapping()) {
            var on = value.bool("`on`, `off`, or a mapping with `exit` and `times`");
            return on.orElse(true) ? Retry.STANDARD : Retry.OFF;
        }
        var fields = Fields.of(value, KEYS);
        var statuses = new TreeSet<>(Retry.STANDARD.exitStatuses());
        fields.get("exit").ifPresent(list -> statuses.addAll(statuses(list)));
        var times = fields.get("times")
                .flatMap(number -> number.number(TIMES_ALLOWED)
                        .filter(wanted -> isWithin(number, wanted, Retry.MOST_TIMES, TIMES_ALLOWED)));
        return new Retry(statuses, times.map(Long::intValue).orElse(Retry.MOST_TIMES));
    }

    private static Set<Integer> statuses(Value list) {
        var statuses = new HashSet<Integer>();
        for (var item : list.items("a list, each entry " + STATUS_ALLOWED)) {
            item.number(STATUS_ALLOWED)
                    .filter(status -> isWithin(item, status, 255, STATUS_ALLOWED))
                    .filter(status -> isNoSkip(item, status))
                    .ifPresent(status -> statuses.add(status.intValue()));
        }
        return statuses;
    }

    private static boolean isWithin(Value value, long number, long max, String allowed) {
        var within = number >= 1 && number <= max;
        if (!within) {
            value.wrong(allowed);
        }
        return within;
    }

    private static boolean isNoSkip(Value value, long status) {
        if (status == Retry.SKIP) {
            value.problem("Found the exit status %d, with which a command says that it has nothing to do"
                    .formatted(Retry.SKIP));
        }
        return status != Retry.SKIP;
    }
}

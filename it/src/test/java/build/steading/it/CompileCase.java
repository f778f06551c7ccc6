// SPDX-License-Identifier: Apache-2.0
package build.steading.it;

import java.util.List;
import java.util.Map;
import java.util.Set;

/// Commands that must do the same with `steading cc` before the compiler's name as without.
///
/// @param id a letter for the subject, and a number
/// @param topics numbers of `topics.txt`
/// @param needs programs without which it is skipped
/// @param when a shell command that must succeed, or else it is skipped; empty for none
/// @param exempt states in which it does not run, each with the reason
/// @param files what there is at the beginning: names and contents
/// @param make a shell script that makes what files cannot say, before anything is compared
/// @param runs shell scripts, run one after the other; the outcome of each is compared
record CompileCase(
        String id,
        String title,
        Set<Integer> topics,
        Route route,
        List<String> needs,
        String when,
        Map<State, String> exempt,
        Map<String, String> files,
        String make,
        List<String> runs) {

    /// What Steading is when the case runs.
    enum State {
        /// It has seen nothing of the case yet.
        COLD,
        /// It has just run the same commands, and what they made was deleted.
        HIT,
        /// Its farm has no worker.
        NO_WORKER,
        /// There is no background process, nor can one be started.
        NO_PROCESS
    }

    /// Where the compiles of a case must run, as the statistics tell.
    enum Route {
        /// Wherever it likes.
        ANY,
        /// On the farm; when repeated, out of the cache.
        FARM,
        /// On the farm, also when repeated.
        FARM_EACH_TIME,
        /// On the user's machine.
        LOCAL
    }

    CompileCase {
        topics = Set.copyOf(topics);
        needs = List.copyOf(needs);
        exempt = Map.copyOf(exempt);
        runs = List.copyOf(runs);
        if (topics.isEmpty() || runs.isEmpty()) {
            throw new IllegalArgumentException("Case `%s` lacks `topics` or `run`".formatted(id));
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package build.steading.it;

import com.fasterxml.jackson.databind.JsonNode;

/// What became of the compilers that a user called, by the words of `steading cc --stats`.
///
/// @param reasons why some were run at home, for messages
record Calls(long hits, long shared, long remote, long local, long failed, String reasons) {
    /// Returns what the user's process knows now. It is there from then on.
    static Calls of(Farm user) {
        var facts = user.json(new Repository(Distribution.TOP), "cc", "--stats", "--json");
        return new Calls(
                number(facts, "hits"),
                number(facts, "shared"),
                number(facts, "remote"),
                number(facts, "local"),
                number(facts, "failed"),
                facts.path("reasons").toString());
    }

    private static long number(JsonNode facts, String name) {
        return facts.required(name).asLong();
    }

    long compiles() {
        return hits + remote + local;
    }

    /// Returns what became of those that the same process was asked for since then.
    Calls since(Calls before) {
        return new Calls(
                hits - before.hits,
                shared - before.shared,
                remote - before.remote,
                local - before.local,
                failed - before.failed,
                reasons);
    }
}

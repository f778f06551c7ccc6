// SPDX-License-Identifier: Apache-2.0
package build.steading.conformance;

/// One question to a server.
///
/// @param id by which scorecards of several servers are compared
/// @param claim what holds of a server that passes, as a sentence without a full stop
public record Check(String id, Level level, String claim, Body body) {
    static Check must(String id, String claim, Body body) {
        return new Check(id, Level.MUST, claim, body);
    }

    static Check should(String id, String claim, Body body) {
        return new Check(id, Level.SHOULD, claim, body);
    }

    static Check optional(String id, String claim, Body body) {
        return new Check(id, Level.OPTIONAL, claim, body);
    }

    static Check info(String id, String claim, Body body) {
        return new Check(id, Level.INFO, claim, body);
    }

    /// What a check does.
    @FunctionalInterface
    public interface Body {
        /// Returns what was seen, in a few words; empty if that goes without saying.
        ///
        /// @throws Unmet if the claim does not hold
        /// @throws NotApplicable if the server does not offer what the claim is about
        /// @throws Exception if the server answered something else than it should: the claim does not hold
        String run(Target target) throws Exception;
    }
}

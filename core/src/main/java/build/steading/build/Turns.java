// SPDX-License-Identifier: Apache-2.0
package build.steading.build;

import java.util.concurrent.Semaphore;

/// Who of the builds and their tasks may compute at present. Virtual threads keep their processor until they wait
/// for something: where all of them computed, whatever a thread begins would come after all of that.
///
/// @param planning for builds that make their plan, in the order in which they began
/// @param preparing for tasks that compute their inputs and begin
record Turns(Semaphore planning, Semaphore preparing) {
    /// Plans get so few turns that the tasks of the first build begin before the last build is planned.
    private static final int PREPARING_PER_PLANNING = 4;

    /// @param preparing how many tasks compute their inputs and begin at the same time
    static Turns of(int preparing) {
        return new Turns(
                new Semaphore(Math.max(1, preparing / PREPARING_PER_PLANNING), true), new Semaphore(preparing));
    }
}

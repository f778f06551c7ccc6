// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

/// How an attempt ended.
public sealed interface Ending {
    /// There is a result, which may well be a failure of the user's command: it is not tried again.
    record Done() implements Ending {}

    /// The farm is at fault: another attempt may end better.
    ///
    /// @param reason for people
    record Retry(String reason) implements Ending {}
}

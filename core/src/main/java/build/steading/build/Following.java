// SPDX-License-Identifier: Apache-2.0
package build.steading.build;

/// Somebody's wish to be told what a task prints.
public interface Following extends Subscription {
    /// Returns whether the task has ended and all that it printed has been told.
    boolean ended();
}

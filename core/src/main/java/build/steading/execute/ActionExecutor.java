// SPDX-License-Identifier: Apache-2.0
package build.steading.execute;

/// Finds or makes the results of actions: this farm, or a foreign cluster behind the Remote Execution API.
/// Thread-safe.
public interface ActionExecutor {
    /// Answers from the action cache, joins an equal action in flight, or queues the action. Returns at once.
    Execution execute(ExecutionRequest request, ExecutionObserver observer);
}

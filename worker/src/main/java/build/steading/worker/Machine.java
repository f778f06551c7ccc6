// SPDX-License-Identifier: Apache-2.0
package build.steading.worker;

import build.steading.blob.LocalBlobs;
import build.steading.worker.input.Directories;
import build.steading.worker.input.Inputs;
import build.steading.worker.sandbox.Runner;
import build.steading.worker.sandbox.Sandbox;
import java.time.InstantSource;

/// What all attempts of a worker share.
record Machine(
        WorkerConfig config,
        LocalBlobs blobs,
        Directories directories,
        Inputs inputs,
        Sandbox sandbox,
        Runner runner,
        Sites sites,
        Gate gate,
        InstantSource clock) {
    /// Returns the sandbox for a task.
    Sandbox sandbox(Task task) {
        return task.rooted() ? sandbox.rooted() : sandbox;
    }
}

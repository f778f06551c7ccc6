// SPDX-License-Identifier: Apache-2.0
package build.steading.platform;

/// Names of the platform properties by which an `Action` of the Remote Execution API tells this farm what it
/// needs. Being part of the action, they are part of its digest.
public final class PlatformProperties {
    /// A [Requirement]: where the action may run.
    public static final String REQUIRES = "steading.requires";

    /// Whether the command may use the network: `on` or `off`; `off` unless said.
    public static final String NETWORK = "steading.network";

    /// How much memory the command may use, in bytes.
    public static final String MEMORY = "steading.memory-bytes";

    /// How many processes and threads the command may have at the same time.
    public static final String PROCESSES = "steading.processes";

    /// What the command sees of a file system: `worker`, the worker's, read-only, with the input root somewhere
    /// in it; or `input`, the input root alone, as `/`, with all programs that it needs. `worker` unless said.
    public static final String FILE_SYSTEM = "steading.file-system";

    /// Where compilers run that the command calls: `here`, beside it; or `distribute`, wherever the farm has
    /// room. `here` unless said.
    public static final String COMPILE = "steading.compile";

    private PlatformProperties() {}
}

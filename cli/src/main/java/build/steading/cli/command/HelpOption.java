// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.command;

import picocli.CommandLine.Option;

/// The option that every command has; picocli itself acts on it.
public final class HelpOption {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    private boolean unusedHelp;
}

// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.argv;

/// When diagnostics are coloured.
public enum Colour {
    ALWAYS,
    NEVER,
    /// If standard error is a terminal that can show it.
    AUTO
}

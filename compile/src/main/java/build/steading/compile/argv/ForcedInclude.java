// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.argv;

/// A header that the command line includes.
///
/// @param macrosOnly whether all but its macros is thrown away, as by `-imacros`
public record ForcedInclude(String name, boolean macrosOnly) {}

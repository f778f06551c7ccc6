// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.service;

import build.steading.compile.argv.CommandLine.Compile;
import build.steading.compile.argv.Output;
import build.steading.compile.files.Content;
import build.steading.compile.files.Snapshot;
import build.steading.compile.files.View;
import build.steading.compile.toolchain.Toolchain;
import java.util.Map;
import java.util.Set;

/// A compile with all that it may read.
///
/// @param outputs by their absolute names without links
/// @param contents of all files that it may read, and that the compiler is made of, by absolute name
/// @param directories absolute names of those that must exist, whatever is in them
/// @param near those of the files and directories that are named by their way from the working directory, and the
///     directories of outputs that are
/// @param view by which all was found
/// @param seen all of this, and the names at which there must be nothing
record Work(
        TypedCommand command,
        Compile compile,
        Toolchain toolchain,
        Map<String, Output> outputs,
        Map<String, Content> contents,
        Set<String> directories,
        Set<String> near,
        View view,
        Snapshot seen)
        implements Preparation.Prepared {}

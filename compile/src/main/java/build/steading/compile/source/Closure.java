// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.source;

import java.util.List;
import java.util.Map;
import java.util.Set;

/// All that a compile may read, and all that it may look for in vain. Names are as the compiler would open them;
/// two may lead to one file.
///
/// @param files the source, and what it may include or look for and find
/// @param data what it may embed
/// @param precompiled precompiled headers, each a file or a directory, that the compiler may take instead of
///     headers
/// @param directories those that must exist where the compiler runs, beyond the ones that files lie in; also what
///     stands where a file was looked for
/// @param identities of the directories that were compared with one another, by name: it matters which are one
/// @param absent what must not exist there: if one of these names appears, the compile may become another one
/// @param marks what the files mention; with [Mark#ASSEMBLER_INPUT], the assembler may read files that are not
///     here, and no compiler tells which
/// @param unresolved why the closure may lack headers: a compiler that is asked for them knows; if there is
///     nothing, it lacks none
public record Closure(
        Set<String> files,
        Set<String> data,
        Set<String> precompiled,
        Set<String> directories,
        Map<String, String> identities,
        Set<String> absent,
        Set<Mark> marks,
        List<String> unresolved) {}

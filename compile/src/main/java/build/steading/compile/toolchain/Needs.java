// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.toolchain;

import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;

/// What a compile needs of the compiler: with these names, and with its sources and headers, it does the same in
/// a file system where there is nothing else. `/dev`, `/proc` and a writable `/tmp` are there besides.
///
/// @param files absolute names of regular files and of symbolic links. No parent of any is a link: a link on the
///     way, such as `/lib`, stands in the set by itself, and so does all that it leads to. They must keep their
///     modes: programs are executable
/// @param directories absolute names of real directories that must exist, though there may be nothing in them
/// @param search where headers are looked up after all that the command line names
public record Needs(SortedSet<String> files, SortedSet<String> directories, SearchDirectories search) {
    public Needs {
        files = Collections.unmodifiableSortedSet(new TreeSet<>(files));
        directories = Collections.unmodifiableSortedSet(new TreeSet<>(directories));
    }
}

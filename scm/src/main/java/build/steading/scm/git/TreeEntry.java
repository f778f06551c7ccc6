// SPDX-License-Identifier: Apache-2.0
package build.steading.scm.git;

import build.steading.failure.SteadingException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.eclipse.jgit.lib.AnyObjectId;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.treewalk.CanonicalTreeParser;

/// One line of a git tree.
record TreeEntry(String name, FileMode mode, ObjectId id) {
    /// Returns the entries of a tree, in git's order.
    ///
    /// @param path path of the tree, for people
    static List<TreeEntry> read(ObjectReader reader, AnyObjectId tree, Supplier<String> path) throws IOException {
        var entries = new ArrayList<TreeEntry>();
        var parser = new CanonicalTreeParser();
        parser.reset(reader.open(tree, Constants.OBJ_TREE).getCachedBytes(Integer.MAX_VALUE));
        for (; !parser.eof(); parser.next(1)) {
            var bytes = new byte[parser.getNameLength()];
            parser.getName(bytes, 0);
            var name = Names.decode(bytes, path);
            var mode = parser.getEntryFileMode();
            if (mode.equals(FileMode.MISSING)) {
                throw SteadingException.invalid(
                        "`%s` has mode `%o`, which git does not know",
                        Names.join(path.get(), name), parser.getEntryRawMode());
            }
            entries.add(new TreeEntry(name, mode, parser.getEntryObjectId()));
        }
        return entries;
    }

    boolean isTree() {
        return mode.equals(FileMode.TREE);
    }

    boolean isSubmodule() {
        return mode.equals(FileMode.GITLINK);
    }

    boolean isSymlink() {
        return mode.equals(FileMode.SYMLINK);
    }

    boolean isExecutable() {
        return mode.equals(FileMode.EXECUTABLE_FILE);
    }
}

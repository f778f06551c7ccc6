// SPDX-License-Identifier: Apache-2.0
package build.steading.source;

import java.time.Instant;

/// One committed state of a source, or a snapshot of uncommitted work.
///
/// @param commit full commit id; for a snapshot, that of the commit it is based on
/// @param treeId what names the content: equal for equal content, whatever the history
/// @param name how people call it: a branch or tag if one was named, else the abbreviated commit (12 digits)
/// @param uncommitted whether this is a snapshot of a working tree: built, but never deployed
/// @param time when it was committed, or the snapshot taken
/// @param subject first line of the commit message
public record Revision(String commit, String treeId, String name, boolean uncommitted, Instant time, String subject) {}

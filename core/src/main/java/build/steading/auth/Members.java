// SPDX-License-Identifier: Apache-2.0
package build.steading.auth;

import java.time.Instant;
import java.util.List;

/// Remembers members. Implementations are thread-safe; what a method has changed is stored when it returns.
public interface Members {
    /// Returns all, in the order of their names.
    List<Member> all();

    /// Returns false, and changes nothing, if there is a member with that identity.
    boolean add(Member member);

    /// Puts `after` in the place of `before`, which has the same identity. Returns false, and changes nothing, if
    /// the member is gone or has changed meanwhile; when it was last seen does not count.
    boolean replace(Member before, Member after);

    /// Returns whether there was such a member.
    boolean remove(Identity identity);

    /// Notes when a member last called. Nothing happens if it is gone.
    void seen(Identity identity, Instant time);
}

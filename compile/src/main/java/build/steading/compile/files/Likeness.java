// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.files;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Which of several names lead to one directory, and which to others: directories may be made anew, as long as
/// that stays so. Immutable.
final class Likeness {
    private final List<Member> members;
    private final int groups;

    /// @param identities equal for names of one directory
    Likeness(Map<Name, String> identities) {
        var numbers = new HashMap<String, Integer>();
        this.members = identities.entrySet().stream()
                .map(entry ->
                        new Member(entry.getKey(), numbers.computeIfAbsent(entry.getValue(), _ -> numbers.size())))
                .toList();
        this.groups = numbers.size();
    }

    private record Member(Name name, int group) {}

    private record Identity(long device, long inode) {}

    boolean holds(Frame frame) {
        var seen = new HashMap<Identity, Integer>();
        for (var member : members) {
            if (!(frame.look(member.name()) instanceof Look.Present(var signature)) || !signature.isDirectory()) {
                return false;
            }
            var group = seen.putIfAbsent(new Identity(signature.device(), signature.inode()), member.group());
            if (group != null && group != member.group()) {
                return false;
            }
        }
        return seen.size() == groups;
    }
}

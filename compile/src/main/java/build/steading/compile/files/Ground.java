// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.files;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A directory that is watched, and what is known of its entries. Of its [Watches].
final class Ground extends Mark {
    private final String place;
    private final long device;
    private final @Nullable Ground parent;
    private final Map<String, List<Mark>> entries = new HashMap<>();

    /// @param place its name without links, with `/` at the end
    /// @param parent nothing for the root
    Ground(String place, long device, @Nullable Ground parent) {
        this.place = place;
        this.device = device;
        this.parent = parent;
    }

    String place() {
        return place;
    }

    long device() {
        return device;
    }

    /// Returns where `..` leads.
    Ground parent() {
        return parent == null ? this : parent;
    }

    void add(String entry, Mark mark) {
        entries.computeIfAbsent(entry, _ -> new ArrayList<>(1)).add(mark);
    }

    /// Removes all that is known of an entry.
    List<Mark> remove(String entry) {
        var removed = entries.remove(entry);
        return removed == null ? List.of() : removed;
    }

    List<Mark> removeAll() {
        var all = entries.values().stream().flatMap(List::stream).toList();
        entries.clear();
        return all;
    }
}

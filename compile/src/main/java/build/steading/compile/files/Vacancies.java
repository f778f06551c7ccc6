// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.files;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Names at which there is nothing. As long as the directories that would have to hold them are the same, without
/// a new entry, there is still nothing, at the price of one look a directory. Thread-safe.
final class Vacancies {
    /*
     * Each name has a gap: the first name on the way to it that is missing, such as `/a/b` for `/a/b/c.h`. A guard is
     * what the gap would appear in, here `/a`; nothing appears in it without changing its signature. Where a link
     * stands in the gap and leads nowhere, what it leads to may appear anywhere: such names are loose, and looked
     * at one by one.
     */
    private final FileTable table;
    private volatile Plan plan;

    Vacancies(FileTable table, List<Name> names) {
        this.table = table;
        this.plan = new Plan(List.of(), List.of(), List.copyOf(names));
    }

    /// @param at what the names would be, or lie below
    private record Gap(Name at, List<Name> names) {}

    /// @param settled whether nothing can appear while the signature is the same
    private record Guard(Name name, Signature signature, boolean settled, List<Gap> gaps) {
        boolean stands(Frame frame) {
            return settled && frame.shows(name, signature);
        }
    }

    /// @param fresh names that have no guard yet
    private record Plan(List<Guard> guards, List<Name> loose, List<Name> fresh) {
        boolean stands(Frame frame) {
            return fresh.isEmpty() && guards.stream().allMatch(guard -> guard.stands(frame));
        }
    }

    /// Returns whether there is nothing at any of the names now.
    boolean stand(Frame frame) {
        var before = plan;
        if (!before.loose().stream().allMatch(name -> isAbsent(frame, name))) {
            return false;
        }
        if (before.stands(frame)) {
            return true;
        }
        var guards = new ArrayList<Guard>();
        var fresh = new ArrayList<>(before.fresh());
        for (var guard : before.guards()) {
            (guard.stands(frame) ? Optional.of(guard) : renewed(frame, guard))
                    .ifPresentOrElse(guards::add, () -> guard.gaps().forEach(gap -> fresh.addAll(gap.names())));
        }
        var loose = new ArrayList<>(before.loose());
        if (!place(frame, fresh, guards, loose)) {
            return false;
        }
        plan = new Plan(List.copyOf(guards), List.copyOf(loose), List.of());
        return true;
    }

    /// Returns the guard with the signature of now, if all its gaps are still there.
    private Optional<Guard> renewed(Frame frame, Guard guard) {
        var now = table.nanos();
        // The signature comes first: what appears later changes it.
        return frame.look(guard.name()) instanceof Look.Present(var signature)
                        && guard.gaps().stream().allMatch(gap -> frame.showsNothing(gap.at()))
                ? Optional.of(new Guard(guard.name(), signature, signature.vouchesAt(now), guard.gaps()))
                : Optional.empty();
    }

    /// Finds guards for names, or adds them to `loose`. Returns false if there is something at one of them.
    private boolean place(Frame frame, List<Name> names, List<Guard> guards, List<Name> loose) {
        var now = table.nanos();
        var seen = new HashMap<String, Optional<Signature>>();
        var gaps = new LinkedHashMap<String, Map<String, List<Name>>>();
        for (var name : names) {
            var gap = trimmed(name.text());
            var parent = parent(gap);
            while (seen.computeIfAbsent(parent, at -> signature(frame, at)).isEmpty()) {
                if (parent.equals("/")) {
                    return false;
                }
                gap = parent;
                parent = parent(gap);
            }
            gaps.computeIfAbsent(parent, _ -> new LinkedHashMap<>())
                    .computeIfAbsent(gap, _ -> new ArrayList<>())
                    .add(name);
        }
        for (var guarded : gaps.entrySet()) {
            var signature =
                    seen.getOrDefault(guarded.getKey(), Optional.empty()).orElseThrow();
            var closed = closed(frame, signature, guarded.getValue(), loose);
            if (closed.isEmpty()) {
                return false;
            }
            guards.add(new Guard(table.name(guarded.getKey()), signature, signature.vouchesAt(now), closed.get()));
        }
        return true;
    }

    /// Returns those of a guard's gaps in which not even a link stands, and adds the names of others to `loose`;
    /// nothing if there is something at one of the names.
    private Optional<List<Gap>> closed(Frame frame, Signature guard, Map<String, List<Name>> gaps, List<Name> loose) {
        var closed = new ArrayList<Gap>();
        for (var gap : gaps.entrySet()) {
            var at = table.name(gap.getKey());
            if (table.isVacant(gap.getKey(), guard) || frame.showsNothing(at)) {
                closed.add(new Gap(at, List.copyOf(gap.getValue())));
            } else if (gap.getValue().stream().allMatch(name -> isAbsent(frame, name))) {
                loose.addAll(gap.getValue());
            } else {
                return Optional.empty();
            }
        }
        return Optional.of(List.copyOf(closed));
    }

    private Optional<Signature> signature(Frame frame, String at) {
        return frame.look(table.name(at)) instanceof Look.Present(var signature)
                ? Optional.of(signature)
                : Optional.empty();
    }

    private static boolean isAbsent(Frame frame, Name name) {
        return frame.look(name) instanceof Look.Absent;
    }

    private static String parent(String name) {
        return trimmed(name.substring(0, name.lastIndexOf('/') + 1));
    }

    private static String trimmed(String name) {
        var end = name.length();
        while (end > 1 && name.charAt(end - 1) == '/') {
            end--;
        }
        return name.substring(0, end);
    }
}

// SPDX-License-Identifier: Apache-2.0
package build.steading;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// A table of our packages, the rooms of the house, from the ground up, each with what it uses.
///
/// @param rooms by their names, which are without `build.steading.`
record HousePlan(Map<String, Room> rooms) {
    private static final Pattern CONTINUED = Pattern.compile("\n +(?=[^:\n]*\n)");

    /// @param ours the rooms that it uses
    /// @param foreign the packages of others that it uses, each with all below it
    record Room(String module, String name, Set<String> ours, Set<String> foreign) {
        Stream<String> targets() {
            return Stream.concat(ours.stream(), foreign.stream());
        }
    }

    /// One package uses another.
    record Arrow(String from, String to) {
        /// Returns whether this leads from `room` to `target` or, if that is foreign, below it.
        boolean leads(Room room, String target) {
            return from.equals(room.name()) && (room.ours().contains(to) ? to.equals(target) : isWithin(to, target));
        }

        boolean isLoop() {
            return from.equals(to);
        }

        @Override
        public String toString() {
            return "`%s` -> `%s`".formatted(from, to);
        }
    }

    /// @param table lines `module`, each followed by indented rows `room: used rooms | used packages of others`;
    ///     a line without a colon goes on with the row above it
    static HousePlan parse(String table) {
        var rooms = new LinkedHashMap<String, Room>();
        var module = "";
        for (var line : CONTINUED.matcher(table).replaceAll(" ").lines().toList()) {
            if (line.startsWith(" ")) {
                var parts = line.split("[:|]", -1);
                var name = parts[0].strip();
                rooms.put(name, new Room(module, name, words(parts[1]), parts.length > 2 ? words(parts[2]) : Set.of()));
            } else {
                module = line;
            }
        }
        return new HousePlan(rooms);
    }

    boolean allows(Arrow arrow) {
        return Optional.ofNullable(rooms.get(arrow.from())).stream()
                .anyMatch(room -> room.targets().anyMatch(target -> arrow.leads(room, target)));
    }

    List<Room> module(String name) {
        return rooms.values().stream()
                .filter(room -> room.module().equals(name))
                .toList();
    }

    /// Returns the names of the rooms below `room`.
    List<String> below(Room room) {
        var names = new ArrayList<>(rooms.keySet());
        return names.subList(0, names.indexOf(room.name()));
    }

    /// Returns whether a package is `ancestor` or below it.
    static boolean isWithin(String name, String ancestor) {
        return (name + ".").startsWith(ancestor + ".");
    }

    private static Set<String> words(String text) {
        return text.isBlank() ? Set.of() : Set.of(text.strip().split("\\s+"));
    }
}

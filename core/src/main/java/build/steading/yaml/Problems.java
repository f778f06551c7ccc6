// SPDX-License-Identifier: Apache-2.0
package build.steading.yaml;

import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// Collects what is wrong with a definition, so that all of it is reported at once, in the order of the file.
///
/// Where something is wrong is said by a path such as `/tasks/compile/outputs/0`; what the user reads instead is
/// the line and column of that value, or of the nearest one around it that was located. Not thread-safe.
public final class Problems {
    /// More problems than these are only counted.
    static final int MAX_SHOWN = 50;

    /// Longer messages are cut.
    static final int MAX_CHARACTERS = 1000;

    /// @param label what stands before each message about this place
    private record Place(int line, int column, String label) {}

    private record Problem(Place place, String message) {}

    private final Place start;
    private final Map<String, Place> places = new HashMap<>();
    private final Set<Problem> problems = new LinkedHashSet<>();
    private final Set<String> faulty = new HashSet<>();

    private Problems(String label) {
        this.start = new Place(0, 0, label);
    }

    /// For a definition that is not in a file.
    public static Problems unlocated() {
        return new Problems("");
    }

    public static Problems in(String fileName) {
        return new Problems(fileName + ": ");
    }

    /// @param line counted from 1, and so is `column`
    public void locate(String where, int line, int column) {
        places.putIfAbsent(
                where, new Place(line, column, start.label().replaceFirst(": $", ":" + line + ":" + column + ": ")));
    }

    /// Says how the user calls what is at `where`.
    public void name(String where, String label) {
        places.put(where, new Place(0, 0, label + ": "));
    }

    /// Notes a problem; the same one at the same place is noted once.
    public void add(String where, String message) {
        problems.add(new Problem(place(where), shown(message)));
        faulty.add(where);
    }

    public boolean any() {
        return !problems.isEmpty();
    }

    /// Returns whether something was found wrong at exactly this place.
    public boolean anyAt(String where) {
        return faulty.contains(where);
    }

    /// @throws SteadingException with `Invalid`, one problem a line, if there are any
    public void throwIfAny() {
        if (problems.isEmpty()) {
            return;
        }
        var sorted = new ArrayList<>(problems);
        sorted.sort(Comparator.comparingInt((Problem problem) -> problem.place().line())
                .thenComparingInt(problem -> problem.place().column()));
        var text = sorted.stream()
                .limit(MAX_SHOWN)
                .map(problem -> problem.place().label() + problem.message())
                .collect(Collectors.joining("\n"));
        var more = sorted.size() - MAX_SHOWN;
        throw new SteadingException(new Failure.Invalid(more > 0 ? text + "\nand " + more + " more" : text));
    }

    private Place place(String where) {
        for (var path = where; !path.isEmpty(); path = path.substring(0, path.lastIndexOf('/'))) {
            var place = places.get(path);
            if (place != null) {
                return place;
            }
        }
        return start;
    }

    /// What the file says must not steer the terminal that shows it.
    private static String shown(String message) {
        var cut = message.length() > MAX_CHARACTERS ? message.substring(0, MAX_CHARACTERS) + "…" : message;
        return cut.replaceAll("\\p{Cntrl}", "?");
    }
}

// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.files;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What of this machine's files is watched, and what falls when something is noticed. Not thread-safe.
final class Watches implements AutoCloseable {
    private static final int OTHER_ENTRIES =
            Kernel.IN_CREATE | Kernel.IN_DELETE | Kernel.IN_MOVED_FROM | Kernel.IN_MOVED_TO;

    /// A directory has gone from where it was, or may not be entered any more.
    private static final int OTHER_PLACE =
            Kernel.IN_DELETE_SELF | Kernel.IN_MOVE_SELF | Kernel.IN_UNMOUNT | Kernel.IN_IGNORED | Kernel.IN_ATTRIB;

    private final Notices notices;
    private final Map<String, Ground> grounds = new HashMap<>();

    /// By the number of [Notices#watch].
    private final Map<Integer, Set<Mark>> watched = new HashMap<>();

    /// The way back; what is not watched itself has none.
    private final Map<Mark, Integer> numbers = new HashMap<>();

    private int size;

    Watches(Notices notices) {
        this.notices = notices;
    }

    /// Returns of how many names something is known here.
    int size() {
        return size;
    }

    /// Takes in what has been noticed until now. Returns false if nothing can be relied on any more.
    boolean refresh() {
        return notices.tell(this::noticed);
    }

    /// Returns a directory that is watched from now on; nothing if it cannot be, or is not told of all that
    /// happens in it.
    ///
    /// @param place its name without links, with `/` at the end
    /// @param device that it is on
    Optional<Ground> ground(String place, long device, @Nullable Ground parent) {
        var known = grounds.get(place);
        if (known != null) {
            return Optional.of(known);
        }
        var name = Name.of(place);
        if (name.obstacle().isPresent() || !notices.tellOf(name)) {
            return Optional.empty();
        }
        var ground = new Ground(place, device, parent);
        if (!watch(name, Notices.OF_DIRECTORY, ground)) {
            return Optional.empty();
        }
        grounds.put(place, ground);
        if (parent != null) {
            parent.add(entry(place), ground);
        }
        size++;
        return Optional.of(ground);
    }

    private static String entry(String place) {
        var end = place.length() - 1;
        return place.substring(place.lastIndexOf('/', end - 1) + 1, end);
    }

    /// Has what a name leads to be watched from now on; nothing if that is not possible.
    ///
    /// @param events of [Notices]; 0 if there is nothing
    /// @param at where that is, with its name in there; that is empty for the directory itself
    Optional<Post> post(Name name, int events, List<Mark> way, Ground at, String entry) {
        var post = new Post(way);
        if (events != 0 && !watch(name, events, post)) {
            return Optional.empty();
        }
        at.add(entry, post);
        size++;
        return Optional.of(post);
    }

    Mark link(Ground at, String entry) {
        var link = Mark.link();
        at.add(entry, link);
        size++;
        return link;
    }

    private boolean watch(Name name, int events, Mark mark) {
        var number = notices.watch(name, events);
        if (number < 0) {
            return false;
        }
        watched.computeIfAbsent(number, _ -> new HashSet<>(2)).add(mark);
        numbers.put(mark, number);
        return true;
    }

    private void noticed(int number, int events, String entry) {
        for (var mark : List.copyOf(watched.getOrDefault(number, Set.of()))) {
            switch (mark) {
                case Ground ground when !entry.isEmpty() -> ground.remove(entry).forEach(this::fall);
                case Ground ground
                when (events & OTHER_PLACE) != 0 -> {
                    ground.parent().remove(entry(ground.place())).forEach(this::fall);
                    fall(ground);
                }
                case Post post when entry.isEmpty() || (events & OTHER_ENTRIES) != 0 -> post.stir();
                default -> {}
            }
        }
        if ((events & Kernel.IN_IGNORED) != 0) {
            watched.remove(number);
        }
    }

    private void fall(Mark mark) {
        if (mark.isFallen()) {
            return;
        }
        mark.fall();
        size--;
        var number = numbers.remove(mark);
        if (number != null) {
            unwatch(number, mark);
        }
        if (mark instanceof Ground ground) {
            grounds.remove(ground.place(), ground);
            ground.removeAll().forEach(this::fall);
        }
    }

    private void unwatch(int number, Mark mark) {
        var marks = watched.get(number);
        // The kernel forgets a file that has gone by itself.
        if (marks != null && marks.remove(mark) && marks.isEmpty()) {
            watched.remove(number);
            notices.unwatch(number);
        }
    }

    /// Everything falls.
    @Override
    public void close() {
        grounds.values().forEach(Mark::fall);
        notices.close();
    }
}

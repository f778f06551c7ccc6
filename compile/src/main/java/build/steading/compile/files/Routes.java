// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.files;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Follows names as the kernel does, by what a view shows of each file and link on the way. Not thread-safe.
final class Routes {
    /// As many as the kernel follows: `MAXSYMLINKS` of linux/namei.h.
    private static final int MAX_LINKS = 40;

    private final View view;
    private final Map<String, Optional<Route>> known = new HashMap<>();

    Routes(View view) {
        this.view = view;
    }

    /// Returns the way from an absolute name, see [View#route].
    Optional<Route> of(String absolute) {
        var route = known.get(absolute);
        if (route == null) {
            route = find(absolute);
            known.put(absolute, route);
        }
        return route;
    }

    /// Most names share their directories with others: only the last step is new then.
    private Optional<Route> find(String name) {
        var slash = name.lastIndexOf('/');
        var last = name.substring(slash + 1);
        if (slash == 0 || last.isEmpty() || last.equals(".") || last.equals("..") || name.length() > Name.MAX_BYTES) {
            return walk(name);
        }
        var parent = of(name.substring(0, slash)).filter(way -> way.signature().isDirectory());
        if (parent.isEmpty()) {
            return Optional.empty();
        }
        var place = next(parent.get().real(), last);
        var step = view.step(place, name);
        return step.target().isPresent()
                ? walk(name)
                : step.signature()
                        .filter(end -> !end.isLink())
                        .map(end -> new Route(parent.get().links(), place, end));
    }

    private Optional<Route> walk(String name) {
        var links = new LinkedHashSet<Route.Link>();
        var followed = 0;
        var ahead = new ArrayDeque<>(parts(name));
        var place = "/";
        var here = view.step(place).signature();
        while (here.isPresent() && !ahead.isEmpty()) {
            if (!here.get().isDirectory()) {
                return Optional.empty();
            }
            var next = next(place, ahead.remove());
            var step = view.step(next);
            if (step.target().isPresent()) {
                var target = step.target().get();
                links.add(new Route.Link(next, target));
                if (++followed > MAX_LINKS) {
                    return Optional.empty();
                }
                push(ahead, parts(target));
                place = target.startsWith("/") ? "/" : place;
                here = view.step(place).signature();
            } else {
                place = next;
                here = step.signature();
            }
        }
        var real = place;
        return here.filter(end -> !end.isLink()).map(end -> new Route(List.copyOf(links), real, end));
    }

    private static void push(Deque<String> ahead, List<String> parts) {
        for (var i = parts.size() - 1; i >= 0; i--) {
            ahead.addFirst(parts.get(i));
        }
    }

    /// Returns the parts of a path. Empty ones stand for nothing but that what is before them is a directory.
    private static List<String> parts(String path) {
        return List.of(path.split("/", -1));
    }

    private static String next(String place, String part) {
        return switch (part) {
            case "", "." -> place;
            case ".." -> place.substring(0, Math.max(1, place.lastIndexOf('/')));
            default -> place.equals("/") ? "/" + part : place + "/" + part;
        };
    }
}

// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.files;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/// Goes the way of one name as the kernel does, and has all of it watched: each directory before the entry in it
/// is looked at. For one use, not thread-safe.
final class Walk {
    /// As in linux/namei.h.
    private static final int MOST_LINKS = 40;

    private final Watches watches;
    private final Frame frame;
    private final Name name;
    private final List<Mark> way = new ArrayList<>(1);
    private final Deque<String> left = new ArrayDeque<>();
    private int links;

    Walk(Watches watches, Frame frame, Name name) {
        this.watches = watches;
        this.frame = frame;
        this.name = name;
    }

    /// Where a step has led.
    private sealed interface Step {}

    private record On(Ground ground) implements Step {}

    private record End(Optional<Post> post) implements Step {}

    /// Returns the name's post at the end of the way; nothing if it cannot be watched.
    Optional<Post> post() {
        push(name.text());
        var at = root();
        while (at instanceof On(var ground)) {
            at = left.isEmpty() ? end(ground, "", Notices.OF_DIRECTORY) : step(ground, left.pop());
        }
        return ((End) at).post();
    }

    /// What ends with `/` or `/.` is a directory, or nothing.
    private void push(String path) {
        var entries = path.split("/", -1);
        for (var i = entries.length - 1; i >= 0; i--) {
            var isSame = entries[i].isEmpty() || entries[i].equals(".");
            if (!isSame || i == entries.length - 1) {
                left.push(isSame ? "." : entries[i]);
            }
        }
    }

    private Step root() {
        return frame.lookAtLink(Name.of("/")) instanceof Look.Present(var signature)
                ? on(watches.ground("/", signature.device(), null))
                : nowhere();
    }

    private Step step(Ground at, String entry) {
        if (entry.equals(".")) {
            return new On(at);
        }
        if (entry.equals("..")) {
            way.add(at);
            return new On(at.parent());
        }
        var place = at.place() + entry;
        var isLast = left.isEmpty();
        return switch (frame.lookAtLink(Name.of(place))) {
            case Look.Present(var there) when there.isLink() -> follow(at, entry);
            case Look.Present(var there)
            when there.isDirectory() && !isLast -> on(watches.ground(place + "/", there.device(), at));
            // On another file system there may be nobody to tell.
            case Look.Present(var there)
            when isLast && there.device() == at.device() ->
                end(at, entry, there.isDirectory() ? Notices.OF_DIRECTORY : Notices.OF_FILE);
            case Look.Absent _ when isLast -> end(at, entry, 0);
            case Look.Present _, Look.Absent _, Look.Unreadable _ -> nowhere();
        };
    }

    private Step follow(Ground at, String entry) {
        links++;
        var target = frame.target(Name.of(at.place() + entry));
        if (target.isEmpty() || links > MOST_LINKS) {
            return nowhere();
        }
        way.add(watches.link(at, entry));
        way.add(at);
        push(target.get());
        return target.get().startsWith("/") ? root() : new On(at);
    }

    private Step end(Ground at, String entry, int events) {
        way.add(at);
        return new End(watches.post(name, events, way, at, entry));
    }

    private static Step on(Optional<Ground> ground) {
        return ground.<Step>map(On::new).orElseGet(Walk::nowhere);
    }

    private static Step nowhere() {
        return new End(Optional.empty());
    }
}

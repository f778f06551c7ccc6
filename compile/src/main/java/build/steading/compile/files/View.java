// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.files;

import build.steading.compile.source.Place;
import build.steading.compile.source.Places;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

/// The files of this machine as one compile sees them: each name is looked at once, so that all answers agree, be
/// they about contents or about the ways that lead there. For one use, such as one input tree; not thread-safe.
///
/// Where there was nothing, there is still nothing as long as the directory is the same, without a new entry: a
/// compiler looks for most headers in many directories before it finds them.
public final class View {
    private final FileTable table;
    private final Routes routes = new Routes(this);
    private final Map<String, Step> steps = new HashMap<>();
    private final Map<String, Look> followed = new HashMap<>();
    private final Map<String, Look> parents = new HashMap<>();

    /// Before anything was looked at.
    private final long begun;

    View(FileTable table) {
        this.table = table;
        this.begun = table.nanos();
    }

    /// What is at a name itself.
    ///
    /// @param target where it leads if it is a link that says so
    record Step(Look look, Optional<String> target) {
        private static final Step NOTHING = new Step(Look.Absent.ABSENT, Optional.empty());

        Optional<Signature> signature() {
            return look instanceof Look.Present(var signature) ? Optional.of(signature) : Optional.empty();
        }

        private boolean isLink() {
            return look instanceof Look.Present(var signature) && signature.isLink();
        }
    }

    /// Returns what is at a name, following links.
    ///
    /// @throws IllegalArgumentException if the name is not absolute, as everywhere here
    public Look look(String absolute) {
        var step = step(absolute);
        return step.isLink() ? followed.computeIfAbsent(absolute, table::look) : step.look();
    }

    /// Returns what is in the file at a name. It has been stored; whoever needs the blob later asks for it by
    /// [FileTable#keep].
    ///
    /// @throws build.steading.failure.SteadingException if it cannot be stored
    public Reading read(String absolute) {
        return read(absolute, Reader.Taker.NOBODY);
    }

    private Reading read(String absolute, Reader.Taker taker) {
        return table.read(table.name(absolute), look(absolute), taker);
    }

    /// Returns the way from a name to what it stands for; nothing if it does not lead anywhere, or not to where
    /// anybody may look. Links below `/proc` that stand for open files lead nowhere: what they say is no name.
    public Optional<Route> route(String absolute) {
        return routes.of(absolute);
    }

    /// Returns the files as a compile in a directory names them.
    ///
    /// @param directory absolute
    /// @param assembler whether the compile's source is assembler that does not go through the preprocessor
    /// @param found takes each file's content by its absolute name
    public Places places(String directory, boolean assembler, BiConsumer<String, Content> found) {
        return name -> {
            var absolute = name.startsWith("/") ? name : directory + "/" + name;
            return place(absolute, assembler, found);
        };
    }

    private Place place(String absolute, boolean assembler, BiConsumer<String, Content> found) {
        Reader.Taker taker = (digest, bytes) -> table.scans().scan(digest, bytes, assembler);
        return switch (read(absolute, taker)) {
            case Reading.Absent _ -> new Place.Nothing();
            case Reading.Unreadable _ -> new Place.Unreadable();
            case Reading.Directory(var signature) -> new Place.Directory(signature.device() + ":" + signature.inode());
            case Reading.File(var content) -> {
                var scanned = scanned(content, assembler);
                // Read before, but not for this; or too long to be scanned.
                if (scanned.isEmpty()
                        && content.digest().sizeBytes() <= Reader.MAX_WHOLE_BYTES
                        && table.readAnew(absolute, taker) instanceof Reading.File(var again)) {
                    scanned = scanned(again, assembler);
                }
                scanned.ifPresent(file -> found.accept(absolute, file.content()));
                yield scanned.<Place>map(Scanned::place).orElseGet(Place.Unreadable::new);
            }
        };
    }

    private record Scanned(Content content, Place.File place) {}

    private Optional<Scanned> scanned(Content content, boolean assembler) {
        return table.scans().find(content.digest(), assembler).map(scan -> new Scanned(content, new Place.File(scan)));
    }

    /// Returns what is at a name itself, without following it if it is a link.
    Step step(String absolute) {
        var known = steps.get(absolute);
        return known != null ? known : remembered(absolute, newStep(absolute));
    }

    /// Returns what is at a place to which another name leads as well, in the same directory by other links.
    Step step(String place, String other) {
        var known = steps.get(place);
        if (known != null) {
            return known;
        }
        var same = steps.get(other);
        return same != null ? remembered(place, same) : step(place);
    }

    private Step remembered(String absolute, Step step) {
        if (!(step.look() instanceof Look.Absent)) {
            steps.put(absolute, step);
        }
        return step;
    }

    private Step newStep(String absolute) {
        var name = table.name(absolute);
        if (absolute.equals("/") || name.obstacle().isPresent()) {
            return ask(name);
        }
        var parent = directory(absolute.substring(0, Math.max(1, absolute.lastIndexOf('/'))));
        return switch (parent) {
            case Look.Absent _ -> Step.NOTHING;
            case Look.Unreadable _ -> ask(name);
            case Look.Present(var signature) -> {
                if (!signature.isDirectory() || table.isVacant(absolute, signature)) {
                    yield Step.NOTHING;
                }
                var step = ask(name);
                if (step.look() instanceof Look.Absent && signature.vouchesAt(begun)) {
                    table.vacant(absolute, signature);
                }
                yield step;
            }
        };
    }

    private Look directory(String absolute) {
        var known = parents.get(absolute);
        if (known == null) {
            known = look(absolute);
            parents.put(absolute, known);
        }
        return known;
    }

    private Step ask(Name name) {
        try (var frame = table.frames().take()) {
            var look = frame.lookAtLink(name);
            var isLink = look instanceof Look.Present(var signature) && signature.isLink();
            return new Step(look, isLink ? frame.target(name) : Optional.empty());
        }
    }
}

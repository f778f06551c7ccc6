// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.files;

import build.steading.compile.source.Place;
import build.steading.digest.Digest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What was at many names: files with their contents, directories, links, and nothing. Whether that is still so
/// costs one look a file, and one a directory in which something might appear.
///
/// A file that was touched, replaced by an equal one, or changed back and forth, holds what it held. Thread-safe:
/// what a snapshot says never changes, but it learns to find out faster.
public final class Snapshot {
    private final FileTable table;
    private final List<Witness> files;
    private final List<Name> directories;
    private final Likeness likeness;
    private final List<LinkWitness> links;
    private final Vacancies absent;
    private final int size;

    private Snapshot(Builder builder) {
        this.table = builder.table;
        this.files = List.copyOf(builder.files);
        this.directories = List.copyOf(builder.directories);
        this.likeness = new Likeness(builder.identities);
        this.links = List.copyOf(builder.links);
        this.size = builder.files.size()
                + builder.directories.size()
                + builder.identities.size()
                + builder.links.size()
                + builder.absent.size();
        this.absent = new Vacancies(table, List.copyOf(builder.absent));
    }

    private Snapshot(Snapshot other, List<Witness> files) {
        this.table = other.table;
        this.files = files;
        this.directories = other.directories;
        this.likeness = other.likeness;
        this.links = other.links;
        this.absent = other.absent;
        this.size = other.size;
    }

    /// Returns how many names it says something of: what it costs to keep.
    public int size() {
        return size;
    }

    /// A file that holds something else now, but says the same of other files.
    ///
    /// @param name absolute
    /// @param before what it held
    public record Change(String name, Digest before, Content content) {}

    /// Returns what has changed, if that is nothing but what is in files, and none of them includes anything else
    /// now, or looks for it; otherwise nothing.
    ///
    /// @param view by which files that may have changed are read
    /// @param assembler whether they are assembler that does not go through the preprocessor
    public Optional<List<Change>> changes(View view, boolean assembler) {
        var changes = new ArrayList<Change>();
        try (var frame = table.frames().take()) {
            for (var file : files) {
                if (file.isVouchedFor(frame)) {
                    continue;
                }
                var change = change(file, view, assembler);
                if (change.isPresent()) {
                    change.filter(found -> !file.holds(found.content())).ifPresent(changes::add);
                } else if (!file.holds(table, frame)) {
                    return Optional.empty();
                }
            }
            return restHolds(frame) ? Optional.of(List.copyOf(changes)) : Optional.empty();
        }
    }

    private Optional<Change> change(Witness file, View view, boolean assembler) {
        var found = new ArrayList<Content>(1);
        var before = table.scans().find(file.digest(), assembler);
        return view.places("/", assembler, (_, content) -> found.add(content))
                                        .at(file.name().text())
                                instanceof Place.File(var scan)
                        && before.filter(scan::equals).isPresent()
                        && found.getFirst().executable() == file.executable()
                ? Optional.of(new Change(file.name().text(), file.digest(), found.getFirst()))
                : Optional.empty();
    }

    /// Returns a snapshot that says the same of all but the files that have changed.
    public Snapshot with(List<Change> changes) {
        var fresh = new HashMap<String, Change>();
        changes.forEach(change -> fresh.put(change.name(), change));
        var changed = files.stream()
                .map(file -> Optional.ofNullable(fresh.get(file.name().text()))
                        .map(change -> witness(file.name(), change.content()))
                        .orElse(file))
                .toList();
        return new Snapshot(this, changed);
    }

    private static Witness witness(Name name, Content content) {
        return new Witness(
                name,
                content.digest(),
                content.executable(),
                content.settled() ? Optional.of(content.signature()) : Optional.empty());
    }

    /// Returns whether all of it is so now.
    ///
    /// @throws build.steading.failure.SteadingException if a file that had to be read again cannot be stored
    public boolean holds() {
        try (var frame = table.frames().take()) {
            return files.stream().allMatch(file -> file.holds(table, frame)) && restHolds(frame);
        }
    }

    private boolean restHolds(Frame frame) {
        return directories.stream().allMatch(frame::showsDirectory)
                && likeness.holds(frame)
                && links.stream().allMatch(link -> link.holds(frame))
                && absent.stand(frame);
    }

    /// Collects what a snapshot says. Names are absolute. Not thread-safe.
    public static final class Builder {
        private final FileTable table;
        private final List<Witness> files = new ArrayList<>();
        private final Set<Name> directories = new LinkedHashSet<>();
        private final Map<Name, String> identities = new LinkedHashMap<>();
        private final Set<LinkWitness> links = new LinkedHashSet<>();
        private final Set<Name> absent = new LinkedHashSet<>();

        Builder(FileTable table) {
            this.table = table;
        }

        /// There is a file that holds what was read.
        public Builder file(String name, Content content) {
            files.add(witness(table.name(name), content));
            return this;
        }

        /// There is a file that holds this, as was known before this process began. It is read once.
        public Builder file(String name, Digest digest, boolean executable) {
            files.add(new Witness(table.name(name), digest, executable, Optional.empty()));
            return this;
        }

        /// There is a directory, whichever.
        public Builder directory(String name) {
            directories.add(table.name(name));
            return this;
        }

        /// There is a directory, whichever, that is the same one by all names of which the same identity is told
        /// here, and by no others.
        public Builder directory(String name, String identity) {
            identities.put(table.name(name), identity);
            return this;
        }

        /// There is this very link.
        public Builder link(Route.Link link) {
            links.add(new LinkWitness(table.name(link.place()), link.target()));
            return this;
        }

        /// There is nothing.
        public Builder absent(String name) {
            absent.add(table.name(name));
            return this;
        }

        public Snapshot build() {
            return new Snapshot(this);
        }
    }

    private record LinkWitness(Name place, String target) {
        boolean holds(Frame frame) {
            return frame.target(place).filter(target::equals).isPresent();
        }
    }
}

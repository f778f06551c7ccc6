// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.files;

import build.steading.digest.Digest;
import java.util.ArrayList;
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

    /// Returns how many names it says something of: what it costs to keep.
    public int size() {
        return size;
    }

    /// Returns whether all of it is so now.
    ///
    /// @throws build.steading.failure.SteadingException if a file that had to be read again cannot be stored
    public boolean holds() {
        try (var frame = table.frames().take()) {
            return files.stream().allMatch(file -> file.holds(table, frame))
                    && directories.stream().allMatch(frame::showsDirectory)
                    && likeness.holds(frame)
                    && links.stream().allMatch(link -> link.holds(frame))
                    && absent.stand(frame);
        }
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
            files.add(new Witness(
                    table.name(name),
                    content.digest(),
                    content.executable(),
                    content.settled() ? Optional.of(content.signature()) : Optional.empty()));
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

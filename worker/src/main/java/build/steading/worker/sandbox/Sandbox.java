// SPDX-License-Identifier: Apache-2.0
package build.steading.worker.sandbox;

import build.steading.failure.SteadingException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// How commands are kept apart from the machine and from one another.
public sealed interface Sandbox {
    /// Returns what workers call it in their properties.
    String name();

    /// Returns the input root of `place` as the command sees it.
    Path root(Place place);

    /// Returns the directory for temporary files of `place` as the command sees it.
    Path tmp(Place place);

    /// Returns one in which the input tree is the whole file system.
    ///
    /// @throws SteadingException with `Invalid` if that is impossible here
    Sandbox rooted();

    /// Adds to `spec` what confines a command to `place`.
    void confine(RunSpec spec, Place place, Grants grants);

    /// What a command may use beside its input tree.
    ///
    /// @param shown files, directories and sockets of the machine that it sees though they are hidden, read-only:
    ///     from where to where. A command that sees the whole machine finds them where they are
    record Grants(boolean network, Map<Path, Path> shown) {
        public static final Grants NOTHING = new Grants(false, Map.of());

        public Grants {
            shown = Collections.unmodifiableMap(new LinkedHashMap<>(shown));
        }
    }

    /// Namespaces of bubblewrap around an overlay: the command sees the machine read-only, its input tree at the
    /// same path in every run, no other process and, unless it asks, no network.
    ///
    /// @param program bubblewrap
    /// @param hidden directories that commands see empty, for instance the user's home
    /// @param whole whether the command sees nothing of the machine, but its input tree alone
    /// @param ahead whether it can be set up before the layers of the input tree are known
    record Bubblewrap(Path program, List<Path> hidden, boolean whole, boolean ahead) implements Sandbox {
        /// Where every command finds its input root: one path for all, so that it does not make results differ.
        public static final Path ROOT = Path.of("/tmp/steading/work");

        private static final String NAMESPACES = "--unshare-user --unshare-pid --unshare-ipc --unshare-uts"
                + " --unshare-cgroup-try --as-pid-1 --die-with-parent --cap-drop ALL";
        private static final String KERNEL = "--dev /dev --proc /proc --tmpfs /run";
        private static final String RESOLVER = "/run/systemd/resolve";

        public Bubblewrap {
            hidden = List.copyOf(hidden);
        }

        @Override
        public String name() {
            return "bubblewrap";
        }

        public Bubblewrap(Path program, List<Path> hidden) {
            this(program, hidden, false, true);
        }

        /// One that is set up when all is known.
        Bubblewrap late() {
            return new Bubblewrap(program, hidden, whole, false);
        }

        @Override
        public Sandbox rooted() {
            return new Bubblewrap(program, hidden, true, false);
        }

        @Override
        public Path root(Place place) {
            return whole ? Path.of("/") : ROOT;
        }

        @Override
        public Path tmp(Place place) {
            return Path.of("/tmp");
        }

        @Override
        public void confine(RunSpec spec, Place place, Grants grants) {
            var arguments = new ArrayList<String>();
            arguments.add(program.toString());
            add(arguments, NAMESPACES);
            if (!grants.network()) {
                arguments.add("--unshare-net");
            }
            if (whole) {
                add(arguments, "--bind root /", KERNEL);
            } else {
                showMachine(arguments, grants);
            }
            spec.overlay(place.overlay()).wrap(arguments);
        }

        /// Says what a sandbox for [Grants#NOTHING] is like whose layers are not known yet.
        ///
        /// @param directory as [Place#create] leaves it
        public RunSpec outline(Path directory) {
            var place = new Place(directory, List.of());
            var spec = new RunSpec(place, root(place));
            confine(spec, place, Grants.NOTHING);
            return spec;
        }

        /// Temporary files are kept on disk, like all else that the command writes: in memory they would be
        /// nobody's.
        private void showMachine(List<String> arguments, Grants grants) {
            add(arguments, "--ro-bind / /", KERNEL);
            if (grants.network()) {
                // Where /etc/resolv.conf leads on many machines.
                arguments.addAll(List.of("--ro-bind-try", RESOLVER, RESOLVER));
            }
            hidden.forEach(path -> arguments.addAll(List.of("--tmpfs", path.toString())));
            grants.shown()
                    .forEach((from, to) -> arguments.addAll(List.of("--ro-bind", from.toString(), to.toString())));
            add(arguments, "--bind tmp /tmp --bind tmp /var/tmp --bind root " + ROOT);
        }

        private static void add(List<String> arguments, String... words) {
            for (var some : words) {
                arguments.addAll(List.of(some.split(" ")));
            }
        }
    }

    /// A private directory and no more: the command can see and do what the worker can.
    ///
    /// @param why there is no better sandbox
    record Plain(String why) implements Sandbox {
        @Override
        public String name() {
            return "plain";
        }

        @Override
        public Sandbox rooted() {
            throw SteadingException.invalid(
                    "The input tree cannot be the whole file system on this worker, which has no sandbox: %s", why);
        }

        @Override
        public Path root(Place place) {
            return place.root();
        }

        @Override
        public Path tmp(Place place) {
            return place.tmp();
        }

        @Override
        public void confine(RunSpec spec, Place place, Grants grants) {}
    }
}

// SPDX-License-Identifier: Apache-2.0
package build.steading.worker.sandbox;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// How commands are kept apart from the machine and from one another.
public sealed interface Sandbox {
    /// Returns what workers call it in their properties.
    String name();

    /// Returns the input root of `place` as the command sees it.
    Path root(Place place);

    /// Returns the directory for temporary files of `place` as the command sees it.
    Path tmp(Place place);

    /// Adds to `spec` what confines a command to `place`.
    void confine(RunSpec spec, Place place, boolean network);

    /// Namespaces of bubblewrap around an overlay: the command sees the machine read-only, its input tree at the
    /// same path in every run, no other process and, unless it asks, no network.
    ///
    /// @param program bubblewrap
    /// @param hidden directories that commands see empty, for instance the user's home
    record Bubblewrap(Path program, List<Path> hidden) implements Sandbox {
        /// Where every command finds its input root: one path for all, so that it does not make results differ.
        public static final Path ROOT = Path.of("/tmp/steading/work");

        private static final String NAMESPACES = "--unshare-user --unshare-pid --unshare-ipc --unshare-uts"
                + " --unshare-cgroup-try --as-pid-1 --die-with-parent --cap-drop ALL"
                + " --ro-bind / / --dev /dev --proc /proc --tmpfs /run";
        private static final String RESOLVER = "/run/systemd/resolve";

        public Bubblewrap {
            hidden = List.copyOf(hidden);
        }

        @Override
        public String name() {
            return "bubblewrap";
        }

        @Override
        public Path root(Place place) {
            return ROOT;
        }

        @Override
        public Path tmp(Place place) {
            return Path.of("/tmp");
        }

        /// Temporary files are kept on disk, like all else that the command writes: in memory they would be
        /// nobody's.
        @Override
        public void confine(RunSpec spec, Place place, boolean network) {
            var arguments = new ArrayList<String>();
            arguments.add(program.toString());
            arguments.addAll(List.of(NAMESPACES.split(" ")));
            if (network) {
                // Where /etc/resolv.conf leads on many machines.
                arguments.addAll(List.of("--ro-bind-try", RESOLVER, RESOLVER));
            } else {
                arguments.add("--unshare-net");
            }
            hidden.forEach(path -> arguments.addAll(List.of("--tmpfs", path.toString())));
            arguments.addAll(List.of("--bind", "tmp", "/tmp", "--bind", "tmp", "/var/tmp"));
            arguments.addAll(List.of("--bind", "root", ROOT.toString()));
            spec.overlay(place.overlay()).wrap(arguments);
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
        public Path root(Place place) {
            return place.root();
        }

        @Override
        public Path tmp(Place place) {
            return place.tmp();
        }

        @Override
        public void confine(RunSpec spec, Place place, boolean network) {}
    }
}

// SPDX-License-Identifier: Apache-2.0
package build.steading.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// Two network namespaces of this machine and a link between them, with names of their own.
final class Cable {
    static final String NEAR_ADDRESS = "10.213.97.1";
    private static final String FAR_ADDRESS = "10.213.97.2";

    private final String mark = Long.toString(ProcessHandle.current().pid());
    private final String nearSpace = "steading-near-" + mark;
    private final String farSpace = "steading-far-" + mark;
    private final String nearLink = "stn" + mark;
    private final String farLink = "stf" + mark;
    private boolean laid;

    /// Returns what a command begins with that shall run at the near end.
    List<String> near() {
        return List.of("ip", "netns", "exec", nearSpace);
    }

    List<String> far() {
        return List.of("ip", "netns", "exec", farSpace);
    }

    /// Makes it, or skips the stories that need it.
    void lay() {
        Required.root();
        Required.program("ip");
        var made = run("ip", "netns", "add", nearSpace);
        Required.that(made.exitCode() == 0, "There are no network namespaces here: " + made.all());
        try {
            ok("ip", "netns", "add", farSpace);
            ok("ip", "link", "add", nearLink, "netns", nearSpace, "type", "veth", "peer", farLink, "netns", farSpace);
            ok("ip", "-n", nearSpace, "addr", "add", NEAR_ADDRESS + "/30", "dev", nearLink);
            ok("ip", "-n", farSpace, "addr", "add", FAR_ADDRESS + "/30", "dev", farLink);
            for (var end : List.of(List.of(nearSpace, nearLink), List.of(farSpace, farLink))) {
                ok("ip", "-n", end.get(0), "link", "set", "lo", "up");
                ok("ip", "-n", end.get(0), "link", "set", end.get(1), "up");
            }
            laid = true;
        } catch (AssertionError e) {
            remove();
            throw e;
        }
    }

    /// Whether it was not skipped.
    boolean isLaid() {
        return laid;
    }

    void pull() {
        ok("ip", "-n", farSpace, "link", "set", farLink, "down");
    }

    void plug() {
        ok("ip", "-n", farSpace, "link", "set", farLink, "up");
    }

    /// Removes what there is of it.
    void remove() {
        run("ip", "netns", "del", farSpace);
        run("ip", "netns", "del", nearSpace);
    }

    private static Program.Result run(String... command) {
        return Program.run(Path.of("/"), Map.of(), List.of(command));
    }

    private static void ok(String... command) {
        var done = run(command);
        assertThat(done.exitCode()).as(done.all()).isZero();
    }
}

// SPDX-License-Identifier: Apache-2.0
package build.steading.worker;

import build.steading.worker.sandbox.Place;
import build.steading.worker.sandbox.Runner;
import build.steading.worker.sandbox.Sandbox;
import build.steading.worker.sandbox.Sandbox.Bubblewrap;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/// Where attempts work: a directory for each. In the background the next one's directory is made, and with
/// bubblewrap the sandbox around it: an action that asks for nothing special finds both ready. Thread-safe.
final class Sites implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Sites.class.getName());

    private final Path directory;
    private final Runner runner;
    private final Remover background;
    private final int most;

    @GuardedBy("this")
    private final Deque<Path> ready = new ArrayDeque<>();

    @GuardedBy("this")
    private long named;

    @GuardedBy("this")
    private int making;

    /// How many were taken in whose place none has been made ready.
    @GuardedBy("this")
    private int owed;

    /// What is made ready, if anything.
    @GuardedBy("this")
    private Optional<Bubblewrap> ahead;

    /// @param directory for the directories, empty
    /// @param most that stand ready at a time
    Sites(Path directory, Sandbox sandbox, Runner runner, Remover background, int most) {
        this.directory = directory;
        this.runner = runner;
        this.background = background;
        this.most = most;
        this.ahead = sandbox instanceof Bubblewrap bubblewrap && bubblewrap.ahead()
                ? Optional.of(bubblewrap)
                : Optional.empty();
    }

    /// Returns a directory for one attempt: absent, or as [Place#create] leaves it.
    ///
    /// @param usual whether its command needs no more of the sandbox than [Sandbox.Grants#NOTHING]
    synchronized Path take(boolean usual) {
        if (!usual || ahead.isEmpty()) {
            return next();
        }
        owed++;
        return ready.isEmpty() ? next() : ready.remove();
    }

    private synchronized Path next() {
        return directory.resolve(Long.toString(++named, Character.MAX_RADIX));
    }

    /// Ends what stands ready in a directory that was taken, if no command ran there after all.
    void leave(Path site) {
        runner.abandon(site);
    }

    /// Makes directories ready, in the background, for as many as were taken: the like of what ran will run
    /// again.
    void renew() {
        settle().forEach(sandbox -> background.execute(() -> makeReady(sandbox)));
    }

    private synchronized List<Bubblewrap> settle() {
        var due = ahead.isPresent() ? Math.min(owed, most - ready.size() - making) : 0;
        owed = 0;
        making += due;
        return ahead.map(sandbox -> Collections.nCopies(due, sandbox)).orElse(List.of());
    }

    private synchronized List<Path> end() {
        ahead = Optional.empty();
        var rest = List.copyOf(ready);
        ready.clear();
        return rest;
    }

    private void discard(Path site) {
        runner.abandon(site);
        background.accept(site);
    }

    private void makeReady(Bubblewrap sandbox) {
        var site = next();
        if (!offer(site, isMade(sandbox, site))) {
            discard(site);
        }
    }

    private boolean isMade(Bubblewrap sandbox, Path site) {
        try {
            Place.create(site, true);
            runner.makeReady(sandbox.outline(site));
            return true;
        } catch (IOException | RuntimeException e) {
            // Whoever needs one makes it, and meets what is wrong.
            LOG.log(Level.DEBUG, "No sandbox could be made ahead", e);
            return false;
        }
    }

    /// Returns whether the directory is one that is ready now.
    private synchronized boolean offer(Path site, boolean made) {
        making--;
        return made && ahead.isPresent() && ready.add(site);
    }

    /// Ends what stands ready.
    @Override
    public void close() {
        end().forEach(this::discard);
    }
}

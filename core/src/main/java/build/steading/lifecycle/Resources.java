// SPDX-License-Identifier: Apache-2.0
package build.steading.lifecycle;

import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.Deque;

/// Closes what was opened, last first. Thread-safe.
public final class Resources implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Resources.class.getName());

    private final Deque<AutoCloseable> opened = new ArrayDeque<>();

    /// Takes charge of `resource` and returns it.
    public synchronized <T extends AutoCloseable> T add(T resource) {
        opened.push(resource);
        return resource;
    }

    /// Closes everything, whatever fails: a failure to close is logged, and the rest is closed all the same.
    @Override
    public void close() {
        while (true) {
            AutoCloseable next;
            synchronized (this) {
                next = opened.poll();
            }
            if (next == null) {
                return;
            }
            closeOne(next);
        }
    }

    private static void closeOne(AutoCloseable resource) {
        try {
            resource.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            LOG.log(Level.WARNING, "Interrupted while closing " + resource, e);
        } catch (Exception e) {
            LOG.log(Level.WARNING, "Could not close " + resource, e);
        }
    }
}

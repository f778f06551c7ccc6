// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.command;

import build.steading.cli.command.Feed.Event;

/// Shows what happens to builds while it happens. Not thread-safe.
interface View extends AutoCloseable {
    /// Shows nothing.
    View NONE = new View() {
        @Override
        public void show(Event event) {}

        @Override
        public void tick() {}

        @Override
        public void gap() {}

        @Override
        public void repaint() {}

        @Override
        public void close() {}
    };

    void show(Event event);

    /// Some time went by without an event.
    void tick();

    /// Output was dropped because the terminal is slow.
    void gap();

    /// The terminal may have been written on by others.
    void repaint();

    /// Takes away what changes; what was printed stays. May be called again.
    @Override
    void close();
}

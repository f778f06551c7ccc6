// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.files;

import java.util.concurrent.atomic.AtomicReferenceArray;

/// Keeps frames for those who ask next, a bounded number of them. Threads are many and short-lived, so none has a
/// frame of its own. Thread-safe.
final class Frames {
    private static final int PLACES = 64;

    private final AtomicReferenceArray<Frame> idle = new AtomicReferenceArray<>(PLACES);
    private final Lookout lookout;

    Frames(Lookout lookout) {
        this.lookout = lookout;
    }

    /// Returns a frame that nobody else uses until it is closed. What it shows is never older than this call.
    Frame take() {
        var idling = idle.getAndSet(place(), null);
        var frame = idling != null ? idling : new Frame(this, lookout);
        frame.begin(System.nanoTime());
        lookout.refresh();
        return frame;
    }

    void give(Frame frame) {
        idle.set(place(), frame);
    }

    private static int place() {
        return (int) Thread.currentThread().threadId() & (PLACES - 1);
    }
}

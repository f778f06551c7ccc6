// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.files;

import java.util.concurrent.atomic.AtomicReferenceArray;

/// Keeps frames for those who ask next, a bounded number of them. Threads are many and short-lived, so none has a
/// frame of its own. Thread-safe, and takes no lock.
final class Frames {
    private static final int PLACES = 64;

    private final AtomicReferenceArray<Frame> idle = new AtomicReferenceArray<>(PLACES);

    /// Returns a frame that nobody else uses until it is closed.
    Frame take() {
        var frame = idle.getAndSet(place(), null);
        return frame != null ? frame : new Frame(this);
    }

    void give(Frame frame) {
        idle.set(place(), frame);
    }

    private static int place() {
        return (int) Thread.currentThread().threadId() & (PLACES - 1);
    }
}

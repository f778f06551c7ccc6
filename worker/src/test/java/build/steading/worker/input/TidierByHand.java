// SPDX-License-Identifier: Apache-2.0
package build.steading.worker.input;

import build.steading.worker.sandbox.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Queue;

/// Does what it is handed when the test says so.
final class TidierByHand implements CopiedInputs.Tidier {
    private final Queue<Runnable> waiting = new ArrayDeque<>();

    @Override
    public void accept(Path path) {
        execute(() -> {
            try {
                Trees.delete(path);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    @Override
    public void execute(Runnable work) {
        waiting.add(work);
    }

    void tidy() {
        for (var next = waiting.poll(); next != null; next = waiting.poll()) {
            next.run();
        }
    }
}

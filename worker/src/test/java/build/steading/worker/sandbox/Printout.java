// SPDX-License-Identifier: Apache-2.0
package build.steading.worker.sandbox;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/// Keeps what a command prints, whether as output or as errors.
final class Printout implements Run.Printed {
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

    @Override
    public void accept(int source, long micros, byte[] bytes, int length) {
        printed.write(bytes, 0, length);
    }

    @Override
    public void pause() {}

    String text() {
        return printed.toString(StandardCharsets.UTF_8);
    }
}

// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.command;

import build.steading.cli.door.Caller;
import build.steading.cli.door.CompileCaller;
import build.steading.cli.door.Invocation;
import build.steading.cli.door.Signal;
import build.steading.cli.door.Terminal;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// Makes consoles that nobody looks at.
final class Consoles {
    private static final Caller NOBODY = new Caller() {
        @Override
        public void onSignal(Consumer<Signal> listener) {}

        @Override
        public void onHangup(Runnable listener) {}

        @Override
        public void resumeWith(List<String> arguments) {}

        @Override
        public CompileCaller compile() {
            throw new IllegalStateException("Nobody compiles");
        }

        @Override
        public void requestStop(String lastWords) {}
    };

    private Consoles() {}

    static Console in(Path directory, Map<String, String> environment) {
        return in(directory, environment, OutputStream.nullOutputStream());
    }

    static Console in(Path directory, Map<String, String> environment, OutputStream out) {
        return of(directory, environment, out, OutputStream.nullOutputStream());
    }

    /// @param err what is said to people
    static Console saying(Path directory, Map<String, String> environment, OutputStream err) {
        return of(directory, environment, OutputStream.nullOutputStream(), err);
    }

    private static Console of(Path directory, Map<String, String> environment, OutputStream out, OutputStream err) {
        return new Console(new Invocation(
                List.of(),
                directory,
                environment,
                022,
                Terminal.none(),
                InputStream.nullInputStream(),
                out,
                err,
                NOBODY));
    }
}

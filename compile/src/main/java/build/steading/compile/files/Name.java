// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.files;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// An absolute name in the form that the kernel takes, made once to be looked at again and again. It is never
/// folded: `..` follows symbolic links. Thread-safe.
final class Name {
    /// `PATH_MAX` of linux/limits.h: with the byte at its end, no path that the kernel takes is longer.
    static final int MAX_BYTES = 4096;

    /// Stands in a name for bytes that are no text.
    private static final char REPLACEMENT = '\uFFFD';

    private final String text;
    private final byte[] path;
    private volatile Watch watch = new New();

    private Name(String text, byte[] path) {
        this.text = text;
        this.path = path;
    }

    /// Whether it is watched.
    sealed interface Watch {}

    /// It was never looked at.
    record New() implements Watch {}

    record Watched(Post post) implements Watch {}

    /// It is not, and that is not to be tried again before some time, by [System#nanoTime].
    record Resting(long untilNanos) implements Watch {}

    /// @throws IllegalArgumentException if `text` is not absolute
    static Name of(String text) {
        if (!text.startsWith("/")) {
            throw new IllegalArgumentException("Name `%s` is not absolute".formatted(text));
        }
        var nameable = text.indexOf(REPLACEMENT) < 0
                && text.indexOf('\0') < 0
                && StandardCharsets.UTF_8.newEncoder().canEncode(text);
        var path = nameable ? (text + '\0').getBytes(StandardCharsets.UTF_8) : new byte[0];
        return new Name(text, path.length <= MAX_BYTES ? path : new byte[0]);
    }

    String text() {
        return text;
    }

    /// Returns the name with a zero at its end; nothing if the kernel cannot be asked for it. Not to be written
    /// to.
    byte[] path() {
        return path;
    }

    Watch watch() {
        return watch;
    }

    void watch(Watch now) {
        watch = now;
    }

    /// Returns why the kernel cannot be asked for this name, if so.
    Optional<String> obstacle() {
        return path.length > 0
                ? Optional.empty()
                : Optional.of("`%s` is longer than a path may be, or no text in UTF-8".formatted(text));
    }

    @Override
    public String toString() {
        return text;
    }
}

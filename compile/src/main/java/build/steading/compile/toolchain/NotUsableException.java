// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.toolchain;

import com.google.errorprone.annotations.FormatMethod;
import java.io.IOException;
import java.nio.file.Path;

/// A compiler, or what it needs for one compile, cannot be had on other machines. The message says why.
public final class NotUsableException extends Exception {
    private static final long serialVersionUID = 1;

    @FormatMethod
    NotUsableException(String format, Object... arguments) {
        super(format.formatted(arguments));
    }

    /// The same failure, for another thread.
    NotUsableException(NotUsableException cause) {
        super(cause.getMessage(), cause);
    }

    static NotUsableException unreadable(Path file, IOException cause) {
        return new NotUsableException("`%s` cannot be read: %s", file, cause);
    }
}

// SPDX-License-Identifier: Apache-2.0
package build.steading.failure;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import org.jspecify.annotations.Nullable;

/// Carries a [Failure] from where it is known to the edge that reports it. Nothing between catches it.
public final class SteadingException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient Failure failure;

    public SteadingException(Failure failure) {
        this(failure, null);
    }

    /// @param cause what the log should also show; users see only the failure's message
    public SteadingException(Failure failure, @Nullable Throwable cause) {
        super(failure.message(), cause);
        this.failure = failure;
    }

    public Failure failure() {
        return failure;
    }

    /// @param format as for `String.format`
    @FormatMethod
    public static SteadingException invalid(@FormatString String format, Object... names) {
        return new SteadingException(new Failure.Invalid(format.formatted(names)));
    }

    /// @param format as for `String.format`
    @FormatMethod
    public static SteadingException notFound(@FormatString String format, Object... names) {
        return new SteadingException(new Failure.NotFound(format.formatted(names)));
    }

    public static SteadingException unavailable(String message, Throwable cause) {
        return new SteadingException(new Failure.Unavailable(message), cause);
    }
}

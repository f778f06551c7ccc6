// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.door;

import build.steading.failure.Failure;

/// What commands exit with: an interface that scripts rely on. `cc` alone exits with the compiler's own code.
public final class ExitCode {
    public static final int OK = 0;
    /// The user's build failed.
    public static final int BUILD_FAILED = 1;

    public static final int USAGE = 2;
    public static final int NOT_FOUND = 3;
    public static final int TRY_AGAIN = 4;
    /// Our bug.
    public static final int BUG = 5;

    public static final int NOT_ALLOWED = 6;
    public static final int INTERRUPTED = 130;

    private ExitCode() {}

    public static int of(Failure failure) {
        return switch (failure) {
            case Failure.Invalid _ -> USAGE;
            case Failure.NotFound _, Failure.MissingBlobs _, Failure.Unsupported _ -> NOT_FOUND;
            case Failure.Denied _ -> NOT_ALLOWED;
            case Failure.Overloaded _, Failure.Unavailable _ -> TRY_AGAIN;
        };
    }
}

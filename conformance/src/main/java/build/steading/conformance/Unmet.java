// SPDX-License-Identifier: Apache-2.0
package build.steading.conformance;

import com.google.errorprone.annotations.FormatMethod;

/// The server did not do what a check claims. The message says what it did.
final class Unmet extends RuntimeException {
    @FormatMethod
    Unmet(String message, Object... values) {
        super(message.formatted(values));
    }
}

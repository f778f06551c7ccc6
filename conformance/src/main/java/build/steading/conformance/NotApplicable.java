// SPDX-License-Identifier: Apache-2.0
package build.steading.conformance;

import com.google.errorprone.annotations.FormatMethod;

/// The server does not offer what a check is about, and says so.
final class NotApplicable extends RuntimeException {
    @FormatMethod
    NotApplicable(String message, Object... values) {
        super(message.formatted(values));
    }
}

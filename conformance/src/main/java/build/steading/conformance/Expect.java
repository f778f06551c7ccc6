// SPDX-License-Identifier: Apache-2.0
package build.steading.conformance;

import com.google.errorprone.annotations.FormatMethod;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;

/// What checks say of answers.
final class Expect {
    private static final int MAX_CHARS = 160;

    private Expect() {}

    @FormatMethod
    static void that(boolean holds, String otherwise, Object... values) {
        if (!holds) {
            throw new Unmet(otherwise, values);
        }
    }

    static <T> void equal(String what, T wanted, T got) {
        if (!Objects.equals(wanted, got)) {
            throw new Unmet(
                    "%s: got `%s`, wanted `%s`", what, brief(String.valueOf(got)), brief(String.valueOf(wanted)));
        }
    }

    /// Returns the status with which a call ends.
    static Status statusOf(Callable<?> call) throws Exception {
        try {
            call.call();
            return Status.OK;
        } catch (StatusRuntimeException e) {
            return e.getStatus();
        } catch (StatusException e) {
            return e.getStatus();
        }
    }

    /// Makes a call that must fail with one of these codes.
    ///
    /// @return what it failed with
    static String refused(Callable<?> call, Status.Code... wanted) throws Exception {
        return oneOf(statusOf(call), wanted);
    }

    static String oneOf(Status status, Status.Code... wanted) {
        that(
                List.of(wanted).contains(status.getCode()),
                "got %s, wanted %s",
                describe(status),
                String.join(" or ", List.of(wanted).stream().map(Enum::name).toList()));
        return describe(status);
    }

    static String describe(Status status) {
        var description = status.getDescription();
        return description == null ? status.getCode().name() : "%s: %s".formatted(status.getCode(), brief(description));
    }

    static String brief(String text) {
        var line = text.replace('\n', ' ').strip();
        return line.length() <= MAX_CHARS ? line : line.substring(0, MAX_CHARS) + "…";
    }
}

// SPDX-License-Identifier: Apache-2.0
package build.steading.tree;

import build.bazel.remote.execution.v2.NodeProperties;
import build.steading.failure.SteadingException;
import com.google.protobuf.Timestamp;
import com.google.protobuf.UInt32Value;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/// What the `NodeProperties` of a file, directory or symbolic link say that Steading understands. All others are
/// for those who do.
///
/// @param mode permissions as on Unix, nothing else; empty if the node leaves them open
/// @param modified empty if the node leaves it open
public record NodeTraits(Optional<Integer> mode, Optional<Instant> modified) {
    /// The names of the properties.
    public static final List<String> NAMES = List.of("mtime", "unix_mode");

    public static final NodeTraits NONE = new NodeTraits(Optional.empty(), Optional.empty());

    private static final int PERMISSIONS = 0777;
    private static final long FIRST_SECOND =
            Instant.parse("0001-01-01T00:00:00Z").getEpochSecond();
    private static final long LAST_SECOND =
            Instant.parse("9999-12-31T23:59:59Z").getEpochSecond();

    public static NodeTraits of(int mode, Instant modified) {
        return new NodeTraits(Optional.of(mode & PERMISSIONS), Optional.of(modified));
    }

    /// Bits of the mode that are no permissions are left out: nobody gets a program that runs as somebody else.
    ///
    /// @throws SteadingException with `Invalid` if there can be no such time
    public static NodeTraits of(NodeProperties properties) {
        if (properties.equals(NodeProperties.getDefaultInstance())) {
            return NONE;
        }
        return new NodeTraits(
                properties.hasUnixMode()
                        ? Optional.of(properties.getUnixMode().getValue() & PERMISSIONS)
                        : Optional.empty(),
                properties.hasMtime() ? Optional.of(instant(properties.getMtime())) : Optional.empty());
    }

    private static Instant instant(Timestamp time) {
        var sound = time.getSeconds() >= FIRST_SECOND
                && time.getSeconds() <= LAST_SECOND
                && time.getNanos() >= 0
                && time.getNanos() < 1_000_000_000;
        if (!sound) {
            throw SteadingException.invalid(
                    "Node property `mtime` is %d s and %d ns, which is no time between the years 1 and 9999",
                    time.getSeconds(), time.getNanos());
        }
        return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
    }

    /// @throws SteadingException with `Invalid` if one of `names` is not among [#NAMES]
    public static void checkNames(Collection<String> names) {
        for (var name : names) {
            if (!NAMES.contains(name)) {
                throw SteadingException.invalid(
                        "Node property `%s` is not known: Steading knows `%s`", name, String.join("` and `", NAMES));
            }
        }
    }

    /// Returns these traits, completed by `others` where they leave something open.
    public NodeTraits or(NodeTraits others) {
        return new NodeTraits(mode.or(others::mode), modified.or(others::modified));
    }

    public boolean isEmpty() {
        return equals(NONE);
    }

    /// Returns those of the traits that have these names.
    public NodeProperties toProto(Collection<String> names) {
        var properties = NodeProperties.newBuilder();
        if (names.contains("mtime")) {
            modified.ifPresent(time -> properties.setMtime(
                    Timestamp.newBuilder().setSeconds(time.getEpochSecond()).setNanos(time.getNano())));
        }
        if (names.contains("unix_mode")) {
            mode.ifPresent(bits -> properties.setUnixMode(UInt32Value.of(bits)));
        }
        return properties.build();
    }
}

// SPDX-License-Identifier: Apache-2.0
package build.steading.execute;

import java.time.Duration;
import java.util.Optional;

/// What one attempt prints, for those who read at their own pace. Thread-safe.
public interface Printed {
    /// Returns some bytes of the log, in the form of `LogFormat`, from `offset` on; records may be cut. Waits for
    /// some if there are none.
    ///
    /// @return no bytes if none came within `patience`; empty if none will: the log is over, and the part of it
    ///     that was not read is in the result, if the attempt came to one
    Optional<byte[]> read(long offset, Duration patience) throws InterruptedException;
}

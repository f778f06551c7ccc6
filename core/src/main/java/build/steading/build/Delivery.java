// SPDX-License-Identifier: Apache-2.0
package build.steading.build;

import build.steading.digest.Digest;
import build.steading.failure.SteadingException;
import java.nio.file.Path;

/// Puts the artifacts of a build where its requester wants them. Thread-safe.
public interface Delivery {
    /// Makes `out` hold the files of a tree, unless it holds a later build's artifacts already.
    ///
    /// @return what people should know; may be empty
    /// @throws SteadingException with `MissingBlobs` if artifacts have gone from the store, `Unavailable` or
    ///     `Invalid` if the directory cannot be written
    String deliver(BuildId build, Digest artifacts, Path out);

    /// Makes `out` hold the files of a tree. Files of an earlier delivery that are not in it are removed; what
    /// somebody else put there stays.
    ///
    /// @throws SteadingException as [#deliver]
    void put(BuildId build, Digest artifacts, Path out);
}

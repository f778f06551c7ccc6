// SPDX-License-Identifier: Apache-2.0
package build.steading.build;

/// Somebody's wish to be told of something.
public interface Subscription extends AutoCloseable {
    /// Has nothing to end.
    Subscription NONE = () -> {};

    /// Ends it: nothing is told any more, but for what is being told just now. May be called again.
    @Override
    void close();
}

// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.door;

/// What the background process is for: the embedded farm, as the process that carries it sees it.
public interface Backend extends AutoCloseable {
    CommandRunner commands();

    /// Returns whether work goes on that no command waits for. The process does not end for idleness then.
    boolean busy();

    /// Ends orderly and soon: what is unfinished must go on when the next process opens the same home.
    @Override
    void close();
}

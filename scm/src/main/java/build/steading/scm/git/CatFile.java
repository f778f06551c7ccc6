// SPDX-License-Identifier: Apache-2.0
package build.steading.scm.git;

import java.io.FilterInputStream;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.eclipse.jgit.lib.AnyObjectId;
import org.eclipse.jgit.lib.Repository;

/// The content of a large blob, read by `git cat-file`. JGit would put the whole of a large delta and its base
/// into our heap. Ends in an `IOException` if `git` did not come to a good end. Not thread-safe.
final class CatFile extends FilterInputStream {
    private static final int PATIENCE_SECONDS = 10;

    private final Process git;
    private boolean ended;

    private CatFile(Process git) {
        super(git.getInputStream());
        this.git = git;
    }

    /// @throws IOException if there is no `git`
    static CatFile open(Repository repository, AnyObjectId id) throws IOException {
        var builder = new ProcessBuilder(
                "git",
                "--git-dir=" + repository.getDirectory(),
                "-c",
                "safe.directory=*",
                "cat-file",
                "blob",
                id.name());
        builder.environment().keySet().removeIf(name -> name.startsWith("GIT_"));
        builder.environment().put("GIT_OPTIONAL_LOCKS", "0");
        builder.environment().put("GIT_NO_LAZY_FETCH", "1");
        builder.redirectError(ProcessBuilder.Redirect.DISCARD);
        var git = builder.start();
        git.getOutputStream().close();
        return new CatFile(git);
    }

    @Override
    public int read() throws IOException {
        var b = in.read();
        if (b < 0) {
            end();
        }
        return b;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        var n = in.read(buffer, offset, length);
        if (n < 0) {
            end();
        }
        return n;
    }

    @Override
    public void close() throws IOException {
        if (!ended) {
            git.destroyForcibly();
        }
        super.close();
    }

    private void end() throws IOException {
        if (ended) {
            return;
        }
        try {
            if (!git.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || git.exitValue() != 0) {
                throw new IOException("`git cat-file` did not end well");
            }
            ended = true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted", e);
        }
    }
}

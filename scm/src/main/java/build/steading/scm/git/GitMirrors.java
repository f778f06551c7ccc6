// SPDX-License-Identifier: Apache-2.0
package build.steading.scm.git;

import build.steading.digest.Digest;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.api.errors.GitAPIException;
import org.eclipse.jgit.api.errors.InvalidRemoteException;
import org.eclipse.jgit.api.errors.TransportException;
import org.eclipse.jgit.errors.NoRemoteRepositoryException;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.EmptyProgressMonitor;
import org.eclipse.jgit.transport.RefSpec;
import org.eclipse.jgit.transport.TagOpt;

/// Fetches from git repositories elsewhere into bare ones of its own, and makes trees of them. Nothing of the
/// user's git configuration is asked for credentials, and redirects are not followed. Thread-safe: of each
/// repository one fetch goes on at a time.
public final class GitMirrors {
    private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");
    private static final int LOCKS = 64;
    private static final String HEADS = "refs/heads/";

    private final GitRepositories repositories;
    private final Path directory;
    private final Duration silence;
    private final List<Object> locks = Stream.generate(Object::new).limit(LOCKS).toList();

    /// @param directory for the mirrors; made when it is needed, and may be deleted at any time while nothing
    ///     runs
    /// @param silence after how long an origin that says nothing is given up
    public GitMirrors(GitRepositories repositories, Path directory, Duration silence) {
        this.repositories = repositories;
        this.directory = directory;
        this.silence = silence;
    }

    /// Returns the top `Directory` of a revision, all of which is in the store then. A commit that was fetched
    /// before is not asked for again. Ends early when the thread is interrupted.
    ///
    /// @param commit full commit id; empty for what `branch` is now
    /// @param branch empty for the branch that the origin's `HEAD` names
    /// @throws SteadingException with `NotFound` if there is no such repository or revision, `Unavailable` if the
    ///     origin does not answer
    public Digest tree(URI origin, Optional<String> commit, Optional<String> branch) {
        if (commit.filter(id -> !COMMIT.matcher(id).matches()).isPresent()) {
            throw SteadingException.invalid("Commit `%s` is not 40 lower-case hex digits", commit.orElseThrow());
        }
        var name = Digest.of(origin.toString().getBytes(StandardCharsets.UTF_8)).hash();
        synchronized (locks.get(Math.floorMod(name.hashCode(), LOCKS))) {
            var mirror = directory.resolve(name + ".git");
            if (commit.isEmpty() || !has(mirror, commit.get())) {
                fetch(origin, mirror, branch);
            }
            var opened = repositories.open(mirror);
            var revision = opened.resolve(commit.orElse(HEADS + branch.orElse(Constants.HEAD)));
            return opened.tree(revision, true);
        }
    }

    private boolean has(Path mirror, String commit) {
        if (!Files.isDirectory(mirror)) {
            return false;
        }
        try {
            var _ = repositories.open(mirror).resolve(commit);
            return true;
        } catch (SteadingException e) {
            if (e.failure() instanceof Failure.NotFound) {
                return false;
            }
            throw e;
        }
    }

    private void fetch(URI origin, Path mirror, Optional<String> branch) {
        try (var git = Git.init().setBare(true).setGitDir(mirror.toFile()).call()) {
            var config = git.getRepository().getConfig();
            config.setBoolean("http", null, "followRedirects", false);
            config.save();
            var _ = git.fetch()
                    .setRemote(origin.toString())
                    .setRefSpecs(specs(branch))
                    .setTagOpt(TagOpt.NO_TAGS)
                    .setTimeout((int) silence.toSeconds())
                    .setProgressMonitor(new Patience())
                    .call();
        } catch (InvalidRemoteException e) {
            throw failed(new Failure.NotFound("There is no git repository at `%s`".formatted(origin)), e);
        } catch (TransportException e) {
            throw failed(failure(origin, e), e);
        } catch (GitAPIException | IOException e) {
            throw SteadingException.unavailable("`%s` cannot be fetched: %s".formatted(origin, e.getMessage()), e);
        }
    }

    /// All branches, as a commit may be on any; the branch that `HEAD` names gets a name that no branch has.
    private static List<RefSpec> specs(Optional<String> branch) {
        var all = new RefSpec("+refs/heads/*:refs/heads/*");
        return branch.isPresent() ? List.of(all) : List.of(all, new RefSpec("+HEAD:refs/heads/HEAD"));
    }

    private static Failure failure(URI origin, TransportException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof NoRemoteRepositoryException) {
                return new Failure.NotFound("There is no git repository at `%s`".formatted(origin));
            }
        }
        var message = String.valueOf(e.getMessage());
        return message.contains("not authorized") || message.contains("not permitted")
                ? new Failure.Denied("`%s` does not let us in".formatted(origin))
                : new Failure.Unavailable("`%s` cannot be fetched: %s".formatted(origin, message));
    }

    private static SteadingException failed(Failure failure, Exception cause) {
        return new SteadingException(failure, cause);
    }

    /// Lets an interrupted thread stop.
    private static final class Patience extends EmptyProgressMonitor {
        @Override
        public boolean isCancelled() {
            return Thread.currentThread().isInterrupted();
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package build.steading.scm.git;

import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import java.io.IOException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.eclipse.jgit.errors.IncorrectObjectTypeException;
import org.eclipse.jgit.errors.MissingObjectException;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.Repository;

/// The objects of one opened repository, for many threads: each reads through a reader of its own. Thread-safe.
final class GitObjects implements AutoCloseable {
    private final Repository repository;
    private final Queue<ObjectReader> idle = new ConcurrentLinkedQueue<>();

    /// Reads objects.
    interface Reading<T> {
        T read(ObjectReader reader) throws IOException;
    }

    /// @param repository taken charge of: it is closed with this
    GitObjects(Repository repository) {
        this.repository = repository;
    }

    Repository repository() {
        return repository;
    }

    /// Returns what `reading` returns.
    ///
    /// @param what names what is read, for people
    /// @throws SteadingException with `NotFound` if an object is not in the repository, `Invalid` if it is of
    ///     another type, `Unavailable` if the medium fails
    <T> T read(String what, Reading<T> reading) {
        var borrowed = idle.poll();
        var reader = borrowed == null ? repository.newObjectReader() : borrowed;
        try {
            return reading.read(reader);
        } catch (MissingObjectException e) {
            throw new SteadingException(
                    new Failure.NotFound(
                            "Object `%s` of %s is not in `%s`: the clone is partial or damaged, `git fsck` tells more"
                                    .formatted(e.getObjectId().name(), what, repository.getDirectory())),
                    e);
        } catch (IncorrectObjectTypeException e) {
            throw new SteadingException(
                    new Failure.Invalid("%s in `%s`: %s".formatted(what, repository.getDirectory(), e.getMessage())),
                    e);
        } catch (IOException e) {
            throw SteadingException.unavailable(
                    "%s cannot be read from `%s`".formatted(what, repository.getDirectory()), e);
        } finally {
            idle.add(reader);
        }
    }

    @Override
    public void close() {
        idle.forEach(ObjectReader::close);
        repository.close();
    }
}

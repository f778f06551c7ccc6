// SPDX-License-Identifier: Apache-2.0
package build.steading.build;

import build.steading.blob.BlobStore;
import build.steading.blob.Blobs;
import build.steading.build.BuildSpec.SingleCommand;
import build.steading.digest.Digest;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.project.Project;
import build.steading.project.ProjectFile;
import build.steading.project.TaskInstance;
import build.steading.tree.Node;
import build.steading.tree.Trees;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Finds out what a build consists of. Thread-safe.
public final class Plans {
    private static final String FILE = ProjectFile.NAME;
    private static final int REMEMBERED = 64;
    private static final long MAX_FILE_BYTES = 4 << 20;

    private final BlobStore blobs;
    private final Trees trees;
    private final Repeats<Project> parsing = new Repeats<>();

    @GuardedBy("parsed")
    private final Map<Digest, Project> parsed = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Digest, Project> eldest) {
            return size() > REMEMBERED;
        }
    };

    public Plans(BlobStore blobs, Trees trees) {
        this.blobs = blobs;
        this.trees = trees;
    }

    /// Returns the definition at the top of a project's tree.
    ///
    /// @param where names the tree, for people
    /// @throws SteadingException with `NotFound` if there is none, `Invalid` with all its errors if it is wrong
    public Project inTree(Digest root, String where) {
        if (!(trees.find(root, FILE).orElse(null) instanceof Node.File(var digest, var _))) {
            throw SteadingException.notFound(
                    "There is no `%s` in %s: commit one, or give a command with --run and its results with --output",
                    FILE, where);
        }
        var known = known(digest);
        if (known.isPresent()) {
            return known.get();
        }
        if (digest.sizeBytes() > MAX_FILE_BYTES) {
            throw SteadingException.invalid(
                    "`%s` in %s has %d bytes; at most %d are allowed", FILE, where, digest.sizeBytes(), MAX_FILE_BYTES);
        }
        try {
            // After a restart, all builds of a project ask at the same time.
            return parsing.once(digest.toString(), () -> known(digest).orElseGet(() -> parse(digest)));
        } catch (SteadingException _) {
            // Whoever read it for us may have failed for a reason of his own.
            return parse(digest);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new SteadingException(new Failure.Unavailable("Interrupted while `%s` was read".formatted(FILE)));
        }
    }

    private Optional<Project> known(Digest file) {
        synchronized (parsed) {
            return Optional.ofNullable(parsed.get(file));
        }
    }

    private Project parse(Digest file) {
        var project = ProjectFile.parse(FILE, Blobs.read(blobs, file));
        synchronized (parsed) {
            parsed.put(file, project);
        }
        return project;
    }

    /// Returns the tasks of a build in an order in which they can run.
    ///
    /// @throws SteadingException if the definition, the options or the requested tasks are wrong
    public Plan plan(BuildSpec spec) {
        var project = spec.command()
                .map(command -> single(spec.project(), command))
                .orElseGet(() -> inTree(
                        spec.root(), "`%s`".formatted(spec.source().revision().name())));
        var tasks = project.expand(spec.options(), spec.matrix(), spec.tasks()).stream()
                .map(task -> task.requiring(spec.requirement()))
                .toList();
        return new Plan(project, tasks);
    }

    /// Returns the project that a single command stands for.
    ///
    /// @param name any text; what a project's name cannot have is replaced
    public static Project single(String name, SingleCommand command) {
        return Project.single(name, command.run(), command.outputs(), command.network());
    }

    /// What a build consists of.
    ///
    /// @param tasks in an order in which they can run
    public record Plan(Project project, List<TaskInstance> tasks) {}
}

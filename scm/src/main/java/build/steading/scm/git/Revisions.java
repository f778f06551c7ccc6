// SPDX-License-Identifier: Apache-2.0
package build.steading.scm.git;

import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.failure.Suggestions;
import build.steading.source.Revision;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.eclipse.jgit.errors.AmbiguousObjectException;
import org.eclipse.jgit.errors.IncorrectObjectTypeException;
import org.eclipse.jgit.errors.MissingObjectException;
import org.eclipse.jgit.errors.RevisionSyntaxException;
import org.eclipse.jgit.lib.AnyObjectId;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevObject;
import org.eclipse.jgit.revwalk.RevSort;
import org.eclipse.jgit.revwalk.RevWalk;
import org.jspecify.annotations.Nullable;

/// The commits of one opened repository, and how people name them.
///
/// @param place what to call the repository in messages
record Revisions(Repository repository, Object place) {
    /// Fewer digits than a commit has, enough to be unique for long.
    private static final int ABBREVIATED = 12;

    private static final int MOST_SUGGESTIONS = 3;
    /// What may follow the name of a commit in an expression.
    private static final Pattern SUFFIX = Pattern.compile("[~^:@].*");
    /// What may follow the name of a tag without going elsewhere.
    private static final Pattern SAME_COMMIT = Pattern.compile("\\^(0|\\{}|\\{commit})$");

    /// @param expression empty for the current branch
    Revision resolve(String expression) {
        var wanted = wanted(expression);
        try (var walk = new RevWalk(repository)) {
            return revision(commit(walk, wanted), wanted);
        } catch (IOException e) {
            throw SteadingException.unavailable("Git repository `%s` cannot be read".formatted(place), e);
        }
    }

    /// Returns the commit ids of `commit` and its ancestors, the newest first.
    List<String> ancestry(String commit, int limit) {
        var ids = new ArrayList<String>();
        try (var walk = new RevWalk(repository)) {
            walk.setRetainBody(false);
            walk.sort(RevSort.COMMIT_TIME_DESC);
            walk.markStart(walk.parseCommit(ObjectId.fromString(commit)));
            for (var next = walk.next(); next != null && ids.size() < limit; next = walk.next()) {
                ids.add(next.name());
            }
            return ids;
        } catch (MissingObjectException | IncorrectObjectTypeException e) {
            throw new SteadingException(new Failure.NotFound("Commit `%s` is not in `%s`".formatted(commit, place)), e);
        } catch (IOException e) {
            throw SteadingException.unavailable("Git repository `%s` cannot be read".formatted(place), e);
        }
    }

    /// Returns the commit ids of `after..last`, each before its parents.
    List<String> range(String after, String last, int limit) {
        var ids = new ArrayList<String>();
        try (var walk = new RevWalk(repository)) {
            walk.setRetainBody(false);
            walk.sort(RevSort.TOPO);
            walk.sort(RevSort.COMMIT_TIME_DESC, true);
            walk.markStart(commit(walk, wanted(last)));
            walk.markUninteresting(commit(walk, wanted(after)));
            for (var next = walk.next(); next != null && ids.size() < limit; next = walk.next()) {
                ids.add(next.name());
            }
            return ids;
        } catch (IOException e) {
            throw SteadingException.unavailable("Git repository `%s` cannot be read".formatted(place), e);
        }
    }

    private static String wanted(String expression) {
        var stripped = expression.strip();
        return stripped.isEmpty() || stripped.equals("@") ? Constants.HEAD : stripped;
    }

    private RevCommit commit(RevWalk walk, String wanted) throws IOException {
        try {
            var id = find(walk, wanted);
            if (id == null) {
                throw unknown(walk, wanted);
            }
            var object = walk.peel(walk.parseAny(id));
            if (object instanceof RevCommit commit) {
                return commit;
            }
            throw notACommit(wanted, object);
        } catch (MissingObjectException e) {
            throw unknown(walk, wanted);
        } catch (RevisionSyntaxException | IncorrectObjectTypeException e) {
            throw new SteadingException(
                    new Failure.Invalid(
                            "`%s` does not name a commit of `%s`: give a branch, tag or commit, or an expression such as `HEAD~2`"
                                    .formatted(wanted, place)),
                    e);
        }
    }

    private @Nullable ObjectId find(RevWalk walk, String wanted) throws IOException {
        try {
            return repository.resolve(wanted);
        } catch (AmbiguousObjectException e) {
            var commits = new LinkedHashSet<RevObject>();
            for (var candidate : e.getCandidates()) {
                if (walk.peel(walk.parseAny(candidate)) instanceof RevCommit commit) {
                    commits.add(commit);
                }
            }
            if (commits.size() == 1 && e.getAbbreviatedObjectId().name().equalsIgnoreCase(wanted)) {
                return commits.getFirst();
            }
            var candidates = commits.isEmpty() ? e.getCandidates() : commits;
            var listed = candidates.stream().map(AnyObjectId::name).sorted().limit(10);
            throw new SteadingException(
                    new Failure.Invalid("`%s` is ambiguous in `%s`: it may be `%s`"
                            .formatted(wanted, place, String.join("` or `", listed.toList()))),
                    e);
        }
    }

    private Revision revision(RevCommit commit, String wanted) throws IOException {
        var named = name(wanted);
        return new Revision(
                commit.name(),
                commit.getTree().name(),
                named == null ? abbreviated(commit) : named,
                false,
                commit.getCommitterIdent().getWhenAsInstant(),
                commit.getShortMessage());
    }

    /// Returns the short name of the branch or tag that the expression names, if it names one.
    private @Nullable String name(String wanted) throws IOException {
        var ref = repository.findRef(SAME_COMMIT.matcher(wanted).replaceFirst(""));
        if (ref == null) {
            return null;
        }
        var full = ref.getLeaf().getName();
        var short_ = Repository.shortenRefName(full);
        return full.startsWith(Constants.R_REFS) && !short_.equals(full) ? short_ : null;
    }

    private String abbreviated(RevCommit commit) throws IOException {
        try (var reader = repository.newObjectReader()) {
            return reader.abbreviate(commit, ABBREVIATED).name();
        }
    }

    private SteadingException notACommit(String wanted, RevObject object) {
        return SteadingException.invalid(
                "`%s` names a %s of `%s`, not a commit", wanted, Constants.typeString(object.getType()), place);
    }

    private SteadingException unknown(RevWalk walk, String wanted) throws IOException {
        var head = repository.exactRef(Constants.HEAD);
        var base = SUFFIX.matcher(wanted).replaceFirst("");
        var names = names();
        if (head != null && head.getObjectId() == null && (names.isEmpty() || base.equals(Constants.HEAD))) {
            return SteadingException.notFound(
                    "Branch `%s` of `%s` has no commits yet: only committed revisions can be built, so `git commit`"
                            + " first",
                    Repository.shortenRefName(head.getLeaf().getName()), place);
        }
        if (!base.equals(wanted) && !base.isEmpty() && repository.resolve(base) != null) {
            var shallow = walk.getObjectReader().getShallowCommits().isEmpty()
                    ? ""
                    : "; the clone is shallow, `git fetch --unshallow` brings the rest";
            return SteadingException.notFound(
                    "`%s` is beyond the history of `%s` in `%s`%s", wanted, base, place, shallow);
        }
        return SteadingException.notFound(
                "`%s` is not a branch, tag or commit of `%s`: only committed revisions can be built%s",
                wanted, place, didYouMean(base, names));
    }

    /// Names that end alike (`origin/topic` for `topic`) come before those that are merely spelled alike.
    private static String didYouMean(String wanted, Set<String> names) {
        var near = new LinkedHashSet<String>();
        names.stream()
                .filter(name -> name.endsWith("/" + wanted))
                .limit(MOST_SUGGESTIONS)
                .forEach(near::add);
        near.addAll(Suggestions.nearest(wanted, names, MOST_SUGGESTIONS));
        return near.isEmpty()
                ? ""
                : "; did you mean `%s`?"
                        .formatted(String.join(
                                "` or `", near.stream().limit(MOST_SUGGESTIONS).toList()));
    }

    private Set<String> names() throws IOException {
        var names = new LinkedHashSet<String>();
        for (var prefix : List.of(Constants.R_HEADS, Constants.R_TAGS, Constants.R_REMOTES)) {
            for (var ref : repository.getRefDatabase().getRefsByPrefix(prefix)) {
                names.add(Repository.shortenRefName(ref.getName()));
            }
        }
        return names;
    }
}

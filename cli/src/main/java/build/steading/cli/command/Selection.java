// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.command;

import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.source.Revision;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/// What a user named: revisions, and tasks of the first one's project.
///
/// @param tasks empty for all
record Selection(List<Revision> revisions, List<String> tasks) {
    /// A task for part of the matrix. No revision looks like this: git forbids brackets in names.
    private static final Pattern INSTANCE = Pattern.compile("[^\\[\\]]+\\[[^\\[\\]]*]");

    /// Names that were found to be revisions, and why the others are none.
    ///
    /// @param revisions by the name that was given; not empty
    record Sorted(Map<String, Revision> revisions, Map<String, SteadingException> unknown) {
        Revision first() {
            return revisions.values().iterator().next();
        }
    }

    /// Finds out which of `names` are revisions.
    static Sorted sort(ProjectOptions.Place place, List<String> names) {
        var revisions = new LinkedHashMap<String, Revision>();
        var unknown = new LinkedHashMap<String, SteadingException>();
        for (var name : names) {
            try {
                revisions.put(name, place.repository().resolve(name));
            } catch (SteadingException e) {
                if (!(e.failure() instanceof Failure.NotFound)
                        && !INSTANCE.matcher(name).matches()) {
                    throw e;
                }
                unknown.put(name, e);
            }
        }
        return new Sorted(revisions, unknown);
    }

    /// What is no revision must be a task of the first revision's project.
    static Selection of(Services services, ProjectOptions.Place place, Sorted sorted, List<String> tasks) {
        var known = taskNames(services, place, sorted);
        sorted.revisions().keySet().stream().filter(known::contains).findFirst().ifPresent(both -> {
            throw SteadingException.invalid(
                    "`%s` is both a revision and a task: write `--task %s` or `refs/heads/%s`", both, both, both);
        });
        sorted.unknown().forEach((name, why) -> {
            if (!known.contains(name.replaceFirst("\\[.*", ""))) {
                throw new SteadingException(new Failure.NotFound(why.failure().message()
                        + " (nor is it a task of this project: `%s`)".formatted(String.join("`, `", known))));
            }
        });
        var wanted = new ArrayList<>(tasks);
        wanted.addAll(sorted.unknown().keySet());
        return new Selection(List.copyOf(sorted.revisions().values()), wanted);
    }

    /// Where there is no project, that is what is wrong with names that are no revisions.
    private static Set<String> taskNames(Services services, ProjectOptions.Place place, Sorted sorted) {
        try {
            var revision = sorted.first();
            var root = place.repository().tree(revision, false);
            var located = place.locate(services.trees(), revision, root, false);
            var where = "`%s`".formatted(revision.name());
            return services.plans().inTree(located.root(), where).tasks().keySet();
        } catch (SteadingException e) {
            throw sorted.unknown().values().stream().findFirst().orElse(e);
        }
    }
}

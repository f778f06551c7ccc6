// SPDX-License-Identifier: Apache-2.0
package build.steading.build;

import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Keeps records in memory, for tests.
public final class MemoryBuildRecords implements BuildRecords {
    private final Map<Long, BuildRecord> builds = new TreeMap<>();
    private final Map<Long, RequestRecord> requests = new TreeMap<>();
    private final Map<String, Told> told = new LinkedHashMap<>();
    private int failures;

    /// Who is to be told of the end of a build.
    public record Told(BuildRecord build, Notice notice) {}

    @Override
    public synchronized RequestRecord open(BuildRecord build, RequestRecord request) {
        var id = build.id();
        if (id.value() == 0) {
            id = new BuildId(builds.size() + 1);
            builds.put(id.value(), BuildRecord.fresh(id, build.spec(), build.created()));
        }
        var stored = request.stored(requests.size() + 1, id);
        requests.put(stored.id(), stored);
        return stored;
    }

    @Override
    public synchronized Optional<RequestRecord> request(String key) {
        return requests.values().stream()
                .filter(request -> request.key().equals(key))
                .findFirst();
    }

    /// Has the next attempts at saving the end of a build fail.
    public synchronized void failNext(int attempts) {
        failures = attempts;
    }

    @Override
    public synchronized void save(BuildRecord build, List<RequestRecord> changed, List<Notice> notices) {
        if (failures > 0) {
            failures--;
            throw new SteadingException(new Failure.Unavailable("The disk is full"));
        }
        builds.put(build.id().value(), build);
        notices.forEach(notice -> told.putIfAbsent(notice.key(build.id()), new Told(build, notice)));
        changed.forEach(request -> requests.put(request.id(), request));
    }

    @Override
    public synchronized List<BuildRecord> builds(Query query) {
        var newestFirst = new ArrayList<>(builds.values());
        newestFirst.sort(Comparator.comparing(BuildRecord::id).reversed());
        return switch (query) {
            case Query.ById(var id) ->
                newestFirst.stream().filter(build -> build.id().equals(id)).toList();
            case Query.Unfinished _ ->
                newestFirst.reversed().stream()
                        .filter(build -> !build.state().isFinal())
                        .toList();
            case Query.Recent(var limit, var repository) ->
                newestFirst.stream()
                        .filter(build -> repository
                                .map(build.spec().source().repository()::equals)
                                .orElse(true))
                        .limit(limit)
                        .toList();
            case Query.InPlaceOf(var wanted, var commits, var limit) ->
                newestFirst.stream()
                        .filter(build -> build.state() == BuildState.SUCCEEDED)
                        .filter(build -> build.spec().isOneOf(wanted, commits))
                        .sorted(Comparator.comparingInt(
                                build -> build.spec().root().equals(wanted.root())
                                        ? -1
                                        : commits.indexOf(
                                                build.spec().source().revision().commit())))
                        .limit(limit)
                        .toList();
            case Query.Previous(var build) ->
                newestFirst.stream()
                        .filter(other -> other.state().isFinal() && other.state() != BuildState.CANCELLED)
                        .filter(other -> !other.id().equals(build.id())
                                && other.spec().line().equals(build.spec().line()))
                        .max(Comparator.comparing(other -> other.ended().orElseThrow()))
                        .stream()
                        .toList();
        };
    }

    /// Returns who is to be told, in the order in which it was stored.
    public synchronized List<Told> told() {
        return List.copyOf(told.values());
    }

    @Override
    public synchronized List<RequestRecord> requests(List<BuildId> wanted) {
        return requests.values().stream()
                .filter(request -> wanted.contains(request.build()))
                .toList();
    }
}

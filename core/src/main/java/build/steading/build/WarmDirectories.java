// SPDX-License-Identifier: Apache-2.0
package build.steading.build;

import build.steading.digest.Digest;
import build.steading.execute.WarmDirectory;
import build.steading.project.TaskInstance;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/// What one task begins with in its warm directories, and what it leaves behind there.
final class WarmDirectories {
    private static final int ANCESTRY = 100;
    private static final String UNCOMMITTED = "uncommitted:";

    private final BuildTools tools;
    private final BuildSpec spec;
    private final TaskInstance task;

    WarmDirectories(BuildTools tools, BuildSpec spec, TaskInstance task) {
        this.tools = tools;
        this.spec = spec;
        this.task = task;
    }

    /// Returns the task's warm directories as the nearest earlier run left them; empty ones if there was none.
    List<WarmDirectory> before() {
        if (task.cache().isEmpty()) {
            return List.of();
        }
        var commits = new ArrayList<String>();
        if (spec.source().revision().uncommitted()) {
            commits.add(UNCOMMITTED + spec.source().revision().commit());
        }
        commits.addAll(tools.sources().ancestry(spec.source(), ANCESTRY));
        var known = tools.warm().nearest(key(), commits);
        return task.cache().stream()
                .map(path -> known.stream()
                        .filter(directory -> directory.path().equals(path))
                        .findFirst()
                        .orElse(new WarmDirectory(path, Digest.EMPTY, Digest.EMPTY)))
                .toList();
    }

    /// Keeps what a successful run left behind.
    void after(List<WarmDirectory> left) {
        if (left.isEmpty()) {
            return;
        }
        var revision = spec.source().revision();
        tools.warm().save(key(), (revision.uncommitted() ? UNCOMMITTED : "") + revision.commit(), left);
    }

    private String key() {
        var parts = List.of(
                spec.source().repository(),
                spec.source().directory(),
                spec.project(),
                task.id(),
                new TreeMap<>(spec.options()).toString());
        return Digest.of(String.join("\0", parts).getBytes(StandardCharsets.UTF_8))
                .hash();
    }
}

// SPDX-License-Identifier: Apache-2.0
package build.steading.cli;

import build.steading.build.BuildSpec.SourceRef;
import build.steading.build.Sources;
import build.steading.digest.Digest;
import java.util.List;

/// Tells sources that are on this machine, named by a path, from those that others have uploaded.
record PlacedSources(Sources here, Sources elsewhere) implements Sources {
    @Override
    public Digest restore(SourceRef source) {
        return of(source).restore(source);
    }

    @Override
    public List<String> ancestry(SourceRef source, int limit) {
        return of(source).ancestry(source, limit);
    }

    private Sources of(SourceRef source) {
        return source.repository().startsWith("/") ? here : elsewhere;
    }
}

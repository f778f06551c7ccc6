// SPDX-License-Identifier: Apache-2.0
package build.steading.server.asset;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/// What sub-selects the content of an address.
///
/// @param all by name
public record Qualifiers(Map<String, String> all) {
    public static final String TYPE = "resource_type";
    public static final String GIT = "application/x-git";

    private static final String SRI = "checksum.sri";
    private static final String BRANCH = "vcs.branch";
    private static final String COMMIT = "vcs.commit";
    private static final String HEADER = "http_header:";
    private static final Set<String> OF_ALL = Set.of(TYPE, "bazel.canonical_id");

    public Qualifiers {
        all = Map.copyOf(all);
    }

    /// Returns whether a qualifier means something for what is of this kind. Unknown ones must be refused, as the
    /// content might not be what they ask for.
    public static boolean isKnown(AssetRequest.Kind kind, String name) {
        return OF_ALL.contains(name)
                || switch (kind) {
                    case BLOB -> name.equals(SRI) || (name.startsWith(HEADER) && name.length() > HEADER.length());
                    case DIRECTORY -> name.equals(BRANCH) || name.equals(COMMIT);
                };
    }

    boolean isGit() {
        return GIT.equals(all.get(TYPE));
    }

    Optional<String> branch() {
        return Optional.ofNullable(all.get(BRANCH));
    }

    Optional<String> commit() {
        return Optional.ofNullable(all.get(COMMIT));
    }

    Optional<String> integrity() {
        return Optional.ofNullable(all.get(SRI));
    }

    /// Returns the headers to send along.
    Map<String, String> headers() {
        var headers = new TreeMap<String, String>();
        all.forEach((name, value) -> {
            if (name.startsWith(HEADER)) {
                headers.put(name.substring(HEADER.length()), value);
            }
        });
        return headers;
    }

    /// Returns those that decide what the content is. Headers do: they may hold a secret without which nobody
    /// gets it. Who names its checksum knows the content already.
    SortedMap<String, String> identity() {
        var identity = new TreeMap<>(all);
        if (integrity().isPresent()) {
            identity.keySet().removeIf(name -> name.startsWith(HEADER));
        }
        return identity;
    }
}

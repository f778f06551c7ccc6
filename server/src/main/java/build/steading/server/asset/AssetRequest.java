// SPDX-License-Identifier: Apache-2.0
package build.steading.server.asset;

import build.steading.digest.Digest;
import build.steading.digest.HashFunction;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A wish for an asset.
///
/// @param uris any of which will do
/// @param function by which its content is to be named
/// @param oldest how old the content may be; empty for any age
public record AssetRequest(
        Kind kind, List<String> uris, Qualifiers qualifiers, HashFunction function, Optional<Instant> oldest) {
    /// What the content is.
    public enum Kind {
        BLOB,
        DIRECTORY
    }

    public AssetRequest {
        uris = List.copyOf(uris);
    }

    /// Returns under what an address is remembered: a name for the address and all that decides what it stands
    /// for.
    String key(String uri) {
        var parts = new ArrayList<>(List.of(kind.name(), function.name(), uri));
        qualifiers.identity().forEach((name, value) -> parts.addAll(List.of(name, value)));
        return Digest.of(String.join("\0", parts).getBytes(StandardCharsets.UTF_8))
                .hash();
    }

    /// Returns under what it is fetched: equal wishes share one fetch.
    String key() {
        return String.join(" ", uris.stream().map(this::key).toList());
    }
}

// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.files;

import build.steading.compile.source.Scan;
import build.steading.compile.source.SourceScanner;
import build.steading.digest.Digest;
import java.util.Optional;

/// Remembers what contents say about other files. Thread-safe.
final class Scans {
    private final Known<Digest, Scan> sources;
    private final Known<Digest, Scan> assembler;

    /// @param limit of how many contents something is remembered at most
    Scans(int limit) {
        sources = new Known<>(limit);
        assembler = new Known<>(limit);
    }

    /// @param plain whether the content is assembler that does not go through the preprocessor
    Optional<Scan> find(Digest digest, boolean plain) {
        return (plain ? assembler : sources).find(digest);
    }

    void scan(Digest digest, byte[] bytes, boolean plain) {
        if (find(digest, plain).isPresent()) {
            return;
        }
        if (plain) {
            assembler.put(digest, SourceScanner.scanAssembler(bytes));
        } else {
            sources.put(digest, SourceScanner.scan(bytes));
        }
    }
}

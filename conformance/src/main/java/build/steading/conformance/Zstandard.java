// SPDX-License-Identifier: Apache-2.0
package build.steading.conformance;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import com.github.luben.zstd.ZstdInputStream;
import com.google.protobuf.ByteString;
import java.io.IOException;

/// Zstandard, as clients use it.
final class Zstandard {
    private Zstandard() {}

    static ByteString compressed(ByteString data) {
        return ByteString.copyFrom(Zstd.compress(data.toByteArray()));
    }

    /// Returns what frames hold.
    ///
    /// @throws Unmet if they are broken or hold more than `maxBytes`
    static ByteString decompressed(ByteString frames, int maxBytes) {
        try (var content = new ZstdInputStream(frames.newInput())) {
            var data = content.readNBytes(maxBytes + 1);
            Expect.that(data.length <= maxBytes, "more than %d bytes were compressed", maxBytes);
            return ByteString.copyFrom(data);
        } catch (IOException | ZstdException e) {
            throw new Unmet("not valid zstd: %s", e);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package build.steading.server.sql;

import static org.assertj.core.api.Assertions.assertThat;

import build.steading.digest.HashFunction;
import build.steading.server.asset.AssetRecords.Asset;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteAssetsTest {
    private static final Instant NOW = Instant.parse("2026-05-01T12:00:00Z");

    @TempDir
    private Path directory;

    @Test
    void assetsOutliveTheProcess() {
        var asset = asset(1, Optional.of(NOW.plusSeconds(5)));
        try (var database = open()) {
            new SqliteAssets(database, 10).save(List.of("a", "b"), asset);
        }
        try (var database = open()) {
            var assets = new SqliteAssets(database, 10);
            assertThat(assets.find("a")).contains(asset);
            assertThat(assets.find("b")).contains(asset);
            assertThat(assets.find("c")).isEmpty();
        }
    }

    @Test
    void theOldestAreForgottenAndLaterOnesTakeTheirPlace() {
        try (var database = open()) {
            var assets = new SqliteAssets(database, 2);
            assets.save(List.of("a"), asset(1, Optional.empty()));
            assets.save(List.of("b"), asset(2, Optional.empty()));
            assets.save(List.of("a"), asset(3, Optional.empty()));
            assertThat(assets.find("a")).contains(asset(3, Optional.empty()));

            assets.save(List.of("c"), asset(4, Optional.empty()));
            assertThat(assets.find("a")).isPresent();
            assertThat(assets.find("b")).isEmpty();
            assertThat(assets.find("c")).isPresent();
        }
    }

    private SqliteDatabase open() {
        return new SqliteDatabase(directory.resolve("records.db"));
    }

    private static Asset asset(int content, Optional<Instant> expires) {
        return new Asset(HashFunction.BLAKE3.of(new byte[content]), NOW, expires);
    }
}

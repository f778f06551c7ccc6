// SPDX-License-Identifier: Apache-2.0
package build.steading.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import build.steading.server.asset.AssetConfig;
import build.steading.server.tell.TellingConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServerConfigTest {
    @TempDir
    private Path directory;

    @Test
    void serverWithoutFileTellsNobodyAndFetchesNothing() {
        var config = ServerConfig.read(directory);

        assertThat(config.telling()).isEqualTo(TellingConfig.NONE);
        assertThat(config.assets()).isEqualTo(AssetConfig.NONE);
        assertThat(config.assets().hosts()).isEmpty();
        assertThat(config.assets().pushByBuilders()).isFalse();
    }

    @Test
    void sectionsAreReadByWhomTheyConcern() throws IOException {
        write("""
            mail: {host: x, from: a@b}
            assets:
              hosts: [GitHub.com, "*.example.org"]
              local-hosts: [mirror.lan, "[::1]"]
              max-size: 1 GiB
              timeout: 30
              push: builders
            """);

        var config = ServerConfig.read(directory);

        assertThat(config.telling().mail()).isPresent();
        assertThat(config.assets())
                .isEqualTo(new AssetConfig(
                        Set.of("github.com", "*.example.org"),
                        Set.of("mirror.lan", "[::1]"),
                        1 << 30,
                        Duration.ofSeconds(30),
                        true));
    }

    @Test
    void allThatIsWrongIsSaidAtOnce() throws IOException {
        write("""
            asets: {}
            assets:
              hosts: ["https://github.com", 7]
              max-size: much
              timeout: 0
              push: all
            """);

        assertThatThrownBy(() -> ServerConfig.read(directory))
                .hasMessageContaining("server.yaml:1")
                .hasMessageContaining("https://github.com")
                .hasMessageContaining("server.yaml:4")
                .hasMessageContaining("server.yaml:5")
                .hasMessageContaining("server.yaml:6");
    }

    private void write(String text) throws IOException {
        Files.writeString(directory.resolve("server.yaml"), text);
    }
}

// SPDX-License-Identifier: Apache-2.0
package build.steading.server.config;

import build.steading.failure.SteadingException;
import build.steading.server.asset.AssetConfig;
import build.steading.server.tell.TellingConfig;
import build.steading.yaml.Fields;
import build.steading.yaml.Value;
import build.steading.yaml.YamlFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// The configuration of a server: the file `server.yaml` in its state directory. Whatever is not said there has
/// its default.
public record ServerConfig(TellingConfig telling, AssetConfig assets) {
    static final ServerConfig DEFAULT = new ServerConfig(TellingConfig.NONE, AssetConfig.NONE);

    private static final String FILE = "server.yaml";
    private static final String ASSETS = "assets";
    private static final List<String> KEYS =
            Stream.concat(TellingConfig.KEYS.stream(), Stream.of(ASSETS)).toList();

    /// Reads the file in the server's state directory, if there is one.
    ///
    /// @throws SteadingException with `Invalid` if anything in it is wrong: every problem is on a line of its
    ///     own; `Unavailable` if it cannot be read
    public static ServerConfig read(Path stateDirectory) {
        var file = stateDirectory.resolve(FILE);
        if (Files.notExists(file)) {
            return DEFAULT;
        }
        try {
            return YamlFile.read(file.toString(), Files.readAllBytes(file), top -> from(top, stateDirectory))
                    .orElse(DEFAULT);
        } catch (IOException e) {
            throw SteadingException.unavailable("File `%s` cannot be read: %s".formatted(file, e), e);
        }
    }

    private static ServerConfig from(Value top, Path directory) {
        var fields = Fields.of(top, KEYS);
        return new ServerConfig(
                TellingConfig.from(fields, directory),
                fields.get(ASSETS).map(AssetConfig::from).orElse(AssetConfig.NONE));
    }
}

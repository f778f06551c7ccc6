// SPDX-License-Identifier: Apache-2.0
package build.steading.scm.git;

import build.steading.source.RepositorySettings;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Optional;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.transport.URIish;

/// Reads what is of interest in the configuration of a repository.
final class Settings {
    private Settings() {}

    static RepositorySettings of(Repository repository) {
        var config = repository.getConfig();
        var url = Optional.ofNullable(config.getString("remote", "origin", "url"));
        var email = Optional.ofNullable(config.getString("user", null, "email"));
        return new RepositorySettings(
                url.flatMap(Settings::withoutCredentials),
                email.map(String::strip).filter(text -> !text.isEmpty()));
    }

    /// Over HTTP the user's name may be a token. Over SSH it is part of the address.
    private static Optional<String> withoutCredentials(String url) {
        try {
            var parsed = new URIish(url.strip());
            if (!parsed.isRemote()) {
                return Path.of(parsed.getPath()).isAbsolute() ? Optional.of(parsed.getPath()) : Optional.empty();
            }
            var http = parsed.getScheme() != null && parsed.getScheme().startsWith("http");
            // In text form it has no password.
            return Optional.of((http ? parsed.setUser(null).setPass(null) : parsed).toString());
        } catch (URISyntaxException | IllegalArgumentException _) {
            return Optional.empty();
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package build.steading.server.tell;

import build.steading.failure.SteadingException;
import build.steading.notify.Links;
import build.steading.server.hook.HookConfig;
import build.steading.server.mail.MailConfig;
import build.steading.yaml.Fields;
import build.steading.yaml.Value;
import build.steading.yaml.YamlFile;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What the server's configuration says about telling: sections `base-url`, `mail` and `hooks` of `server.yaml`.
///
/// @param mail empty if nobody is told by mail
public record TellingConfig(Links links, Optional<MailConfig> mail, List<HookConfig> hooks) {
    /// The keys that are read here.
    public static final List<String> KEYS = List.of("base-url", "mail", "hooks");

    /// Tells nobody.
    public static final TellingConfig NONE =
            new TellingConfig(new Links(Optional.empty()), Optional.empty(), List.of());

    private static final String URL_ALLOWED =
            "an address that begins with `https://` or `http://`, without `?` and `#`";

    public TellingConfig {
        hooks = List.copyOf(hooks);
    }

    /// Returns what a file says.
    ///
    /// @param directory to which relative paths in it refer
    /// @throws SteadingException with `Invalid` if anything in it is wrong: every problem is on a line of its own
    static TellingConfig parse(String fileName, byte[] bytes, Path directory) {
        return YamlFile.read(fileName, bytes, top -> from(Fields.of(top, KEYS), directory))
                .orElse(NONE);
    }

    /// Returns what these entries of a file say, which may have others; what is wrong is noted there.
    ///
    /// @param directory to which relative paths refer
    public static TellingConfig from(Fields fields, Path directory) {
        return new TellingConfig(
                new Links(fields.get("base-url").flatMap(TellingConfig::url)),
                fields.get("mail").flatMap(section -> MailConfig.read(section, directory)),
                fields.get("hooks")
                        .map(section -> HookConfig.read(section, directory))
                        .orElse(List.of()));
    }

    private static Optional<URI> url(Value value) {
        return value.text(URL_ALLOWED).flatMap(text -> {
            try {
                var url = new URI(text);
                if (Set.of("http", "https").contains(String.valueOf(url.getScheme()))
                        && url.getHost() != null
                        && url.getRawQuery() == null
                        && url.getRawFragment() == null) {
                    return Optional.of(url);
                }
            } catch (URISyntaxException _) {
                // As wrong as another scheme.
            }
            value.wrong(URL_ALLOWED);
            return Optional.empty();
        });
    }
}

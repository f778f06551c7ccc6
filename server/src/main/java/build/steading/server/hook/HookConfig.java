// SPDX-License-Identifier: Apache-2.0
package build.steading.server.hook;

import build.steading.notify.Hook;
import build.steading.project.Notify.Event;
import build.steading.yaml.Fields;
import build.steading.yaml.Value;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// A webhook: a program that is told by HTTP.
///
/// @param url may hold a token, so it is not shown
/// @param secretFile holds the secret that requests are signed with, read whenever it is needed
public record HookConfig(Hook hook, URI url, Path secretFile) {
    private static final int MAX_HOOKS = 100;
    private static final List<String> KEYS = List.of("url", "secret-file", "projects", "on");
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");
    private static final String NAME_ALLOWED =
            "letters, digits, `.`, `_` and `-`, at most 100 of them, the first one a letter or digit";
    private static final String URL_ALLOWED = "an address that begins with `https://` or `http://`";
    private static final String SECRET_ALLOWED = "the path of a file with the secret";

    /// Reads the section `hooks`.
    ///
    /// @param directory to which relative paths refer
    /// @return without those in which something is wrong, which is noted there
    public static List<HookConfig> read(Value section, Path directory) {
        var hooks = new ArrayList<HookConfig>();
        if (section.isNothing()) {
            return hooks;
        }
        var names = new HashSet<String>();
        var entries = section.entries("a mapping of webhooks by name");
        entries.forEach((name, value) -> {
            value.checkName(name, NAME, NAME_ALLOWED);
            if (!names.add(name.toLowerCase(Locale.ROOT))) {
                value.problem("Found two webhooks whose names differ in case only");
            }
            hook(name, value, directory).ifPresent(hooks::add);
        });
        if (entries.size() > MAX_HOOKS) {
            section.problem("Found more than %d webhooks".formatted(MAX_HOOKS));
        }
        return hooks;
    }

    private static Optional<HookConfig> hook(String name, Value value, Path directory) {
        var fields = Fields.of(value, KEYS);
        var url = fields.required("url", URL_ALLOWED).flatMap(HookConfig::url);
        var secret = fields.required("secret-file", SECRET_ALLOWED).flatMap(path -> path.text(SECRET_ALLOWED));
        var projects =
                Set.copyOf(fields.texts("projects", "the name of a project").orElse(List.of()));
        Set<Event> events = fields.get("on").map(HookConfig::events).orElse(EnumSet.of(Event.FINISHED));
        var hook = new Hook(name, projects, events);
        return url.flatMap(it -> secret.map(file -> new HookConfig(hook, it, directory.resolve(file))));
    }

    private static Set<Event> events(Value value) {
        var events = EnumSet.noneOf(Event.class);
        for (var item : value.items("a list of events such as `[failed, changed]`")) {
            item.constant(Event.class).ifPresent(events::add);
        }
        return events;
    }

    private static Optional<URI> url(Value value) {
        return value.text(URL_ALLOWED).flatMap(text -> {
            try {
                var url = new URI(text);
                if (List.of("http", "https")
                                .contains(String.valueOf(url.getScheme()).toLowerCase(Locale.ROOT))
                        && url.getHost() != null) {
                    return Optional.of(url);
                }
            } catch (URISyntaxException _) {
                // As wrong as another scheme.
            }
            value.wrong(URL_ALLOWED);
            return Optional.empty();
        });
    }

    /// Without the address: it may hold a token.
    @Override
    public String toString() {
        return "webhook `" + hook.name() + "`";
    }
}

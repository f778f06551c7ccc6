// SPDX-License-Identifier: Apache-2.0
package build.steading.server.asset;

import build.steading.failure.ByteSize;
import build.steading.yaml.Fields;
import build.steading.yaml.Value;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// What may be fetched from elsewhere: section `assets` of `server.yaml`.
///
/// @param hosts names of hosts on the internet, `*.example.org` for all below a domain
/// @param localHosts names of hosts whose addresses may be of this machine or a private network
/// @param maxBytes length of the longest file that is fetched
/// @param timeout how long fetching one thing may take
/// @param pushByBuilders whether everybody who may build may also say what an address holds; else only
///     administrators may, as whoever does decides what others build with
public record AssetConfig(
        Set<String> hosts, Set<String> localHosts, long maxBytes, Duration timeout, boolean pushByBuilders) {
    /// Fetches nothing.
    public static final AssetConfig NONE = new AssetConfig(Set.of(), Set.of(), 4L << 30, Duration.ofMinutes(10), false);

    private static final List<String> KEYS = List.of("hosts", "local-hosts", "max-size", "timeout", "push");
    private static final Pattern HOST =
            Pattern.compile("(\\*\\.)?[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\\[[0-9a-f:]+]");
    private static final String HOST_ALLOWED = "the name of a host, such as `github.com` or `*.example.org`";
    private static final Pattern SECONDS = Pattern.compile("[1-9][0-9]{0,4}");

    public AssetConfig {
        hosts = Set.copyOf(hosts);
        localHosts = Set.copyOf(localHosts);
    }

    /// Reads the section; what is wrong is noted there.
    public static AssetConfig from(Value section) {
        if (section.isNothing()) {
            return NONE;
        }
        var fields = Fields.of(section, KEYS);
        return new AssetConfig(
                hosts(fields, "hosts"),
                hosts(fields, "local-hosts"),
                fields.get("max-size").map(AssetConfig::size).orElse(NONE.maxBytes()),
                fields.get("timeout").map(AssetConfig::seconds).orElse(NONE.timeout()),
                fields.get("push").map(AssetConfig::mayPush).orElse(false));
    }

    private static Set<String> hosts(Fields fields, String key) {
        return fields.get(key)
                .map(list -> list.items("a list of hosts").stream()
                        .flatMap(item -> item.text(HOST, HOST_ALLOWED).stream())
                        .map(host -> host.toLowerCase(Locale.ROOT))
                        .collect(Collectors.toSet()))
                .orElse(Set.of());
    }

    private static long size(Value value) {
        var size = value.scalar(ByteSize.ALLOWED).flatMap(ByteSize::parse);
        if (size.isEmpty()) {
            value.wrong(ByteSize.ALLOWED);
        }
        return size.map(ByteSize::bytes).orElse(NONE.maxBytes());
    }

    private static Duration seconds(Value value) {
        return value.scalar(SECONDS, "a number of seconds, at most 99999")
                .map(text -> Duration.ofSeconds(Long.parseLong(text)))
                .orElse(NONE.timeout());
    }

    private static boolean mayPush(Value value) {
        var allowed = "`builders` or `admins`";
        return value.scalar(Pattern.compile("builders|admins"), allowed)
                .filter("builders"::equals)
                .isPresent();
    }
}

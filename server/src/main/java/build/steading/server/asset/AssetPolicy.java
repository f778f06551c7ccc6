// SPDX-License-Identifier: Apache-2.0
package build.steading.server.asset;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// Decides from where the server may fetch, so that nobody makes it talk to what only it can reach. Immutable.
///
/// A host must be allowed by name, and its addresses must be public unless it is allowed as a local one. The
/// Java platform keeps addresses that were looked up for half a minute, so that the connection goes to one of
/// those that were looked at here.
final class AssetPolicy {
    private static final Set<String> SCHEMES = Set.of("http", "https");

    private final AssetConfig config;
    private final Resolver resolver;

    /// Looks up the addresses of hosts.
    interface Resolver {
        InetAddress[] addresses(String host) throws UnknownHostException;
    }

    AssetPolicy(AssetConfig config, Resolver resolver) {
        this.config = config;
        this.resolver = resolver;
    }

    /// Returns why nothing may be fetched from there, if that is so.
    Optional<Refusal> refusal(URI uri) {
        var scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
        var host = uri.getHost();
        if (!SCHEMES.contains(scheme) || host == null || uri.getRawUserInfo() != null) {
            return denied("Only `http` and `https` addresses without user names are fetched");
        }
        var name = host.toLowerCase(Locale.ROOT);
        var local = isAmong(config.localHosts(), name);
        if (!local && !isAmong(config.hosts(), name)) {
            return denied("Host `%s` is not among the `hosts` that `assets` in `server.yaml` allows".formatted(name));
        }
        try {
            for (var address : resolver.addresses(host)) {
                if (!local && !isPublic(address)) {
                    return denied("Host `%s` has an address that is not public, and is not among the `local-hosts`"
                            .formatted(name));
                }
            }
            return Optional.empty();
        } catch (UnknownHostException _) {
            return Optional.of(new Refusal(Fetched.Why.NOT_FOUND, "Host `%s` is not known".formatted(name)));
        }
    }

    record Refusal(Fetched.Why why, String message) {}

    private static Optional<Refusal> denied(String message) {
        return Optional.of(new Refusal(Fetched.Why.DENIED, message));
    }

    private static boolean isAmong(Set<String> hosts, String name) {
        if (hosts.contains(name)) {
            return true;
        }
        for (var dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
            if (hosts.contains("*" + name.substring(dot))) {
                return true;
            }
        }
        return false;
    }

    private static boolean isPublic(InetAddress address) {
        if (address.isLoopbackAddress()
                || address.isAnyLocalAddress()
                || address.isLinkLocalAddress()
                || address.isSiteLocalAddress()
                || address.isMulticastAddress()) {
            return false;
        }
        var bytes = address.getAddress();
        if (address instanceof Inet6Address) {
            // fc00::/7 is private; 64:ff9b::/16 and 2002::/16 lead to any address of version 4.
            var first = Byte.toUnsignedInt(bytes[0]) << 8 | Byte.toUnsignedInt(bytes[1]);
            return (bytes[0] & 0xfe) != 0xfc && first != 0x0064 && first != 0x2002 && first != 0;
        }
        var second = Byte.toUnsignedInt(bytes[1]);
        return switch (Byte.toUnsignedInt(bytes[0])) {
            case 0 -> false;
            // Shared by the customers of a provider.
            case 100 -> second < 64 || second > 127;
            default -> Byte.toUnsignedInt(bytes[0]) < 240;
        };
    }
}

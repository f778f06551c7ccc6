// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.command;

import build.steading.failure.SteadingException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.regex.Pattern;

/// Reads the addresses that users type.
public final class Addresses {
    /// Where servers listen unless they are told otherwise.
    public static final int PORT = 7420;

    private static final Pattern HOST_PORT = Pattern.compile("(\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9._-]+)(?::([0-9]{1,5}))?");
    private static final int MAX_PORT = 65_535;

    private Addresses() {}

    /// Returns the address of a server.
    ///
    /// @param text `HOST`, `HOST:PORT` or `grpcs://HOST:PORT`
    /// @throws SteadingException with `Invalid` if it is none
    public static URI server(String text) {
        var place = listening(text.startsWith("grpcs://") ? text.substring("grpcs://".length()) : text, PORT);
        var host = place.getHostString();
        return URI.create("grpcs://%s:%d".formatted(host.contains(":") ? "[" + host + "]" : host, place.getPort()));
    }

    /// Returns where to listen; the host is looked up by whoever does.
    ///
    /// @param text `HOST` or `HOST:PORT`; port 0 is any free one
    /// @param usual the port if none is given
    /// @throws SteadingException with `Invalid` if it is neither
    public static InetSocketAddress listening(String text, int usual) {
        var match = HOST_PORT.matcher(text);
        if (!match.matches() || (match.group(2) != null && Integer.parseInt(match.group(2)) > MAX_PORT)) {
            throw SteadingException.invalid("`%s` is not `HOST` or `HOST:PORT`, such as `farm.example:%d`", text, PORT);
        }
        var host = match.group(1).replace("[", "").replace("]", "");
        return InetSocketAddress.createUnresolved(
                host, match.group(2) == null ? usual : Integer.parseInt(match.group(2)));
    }
}

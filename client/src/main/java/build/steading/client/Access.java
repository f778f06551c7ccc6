// SPDX-License-Identifier: Apache-2.0
package build.steading.client;

import build.steading.auth.AccessToken;
import build.steading.auth.Credentials;
import build.steading.auth.Fingerprint;
import java.util.Map;

/// What we show a server. How the server is known follows from it.
public sealed interface Access {
    /// Nothing. By TLS, the server's certificate is one that this machine trusts anyway.
    record Anonymous() implements Access {}

    /// The certificate of a farm's member, always the newest. The server's is of the farm's authority.
    record Member(Credentials credentials) implements Access {}

    /// An access token. The server's certificate is of the authority with that fingerprint.
    record Token(AccessToken token, Fingerprint authority) implements Access {}

    /// Headers that a server wants, such as a key. Its certificate is one that this machine trusts anyway.
    record Headers(Map<String, String> headers) implements Access {
        public Headers {
            headers = Map.copyOf(headers);
        }
    }
}

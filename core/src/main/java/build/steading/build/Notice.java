// SPDX-License-Identifier: Apache-2.0
package build.steading.build;

import java.util.Locale;
import java.util.Optional;

/// That somebody is to be told how a build ended.
///
/// @param recipient an e-mail address, or the name of a webhook
/// @param request on whose behalf; empty if it is not for a request
public record Notice(Channel channel, String recipient, Optional<Long> request) {
    /// The way to the recipient.
    public enum Channel {
        MAIL,
        WEBHOOK
    }

    /// Returns what is equal for all notices of which only one may be sent.
    public String key(BuildId build) {
        return "%d/%s/%s".formatted(build.value(), word(), recipient.toLowerCase(Locale.ROOT));
    }

    /// Returns what is equal for notices that go the same way, one after the other.
    public String lane() {
        return switch (channel) {
            case MAIL -> word();
            case WEBHOOK -> word() + "/" + recipient;
        };
    }

    private String word() {
        return channel.name().toLowerCase(Locale.ROOT);
    }
}

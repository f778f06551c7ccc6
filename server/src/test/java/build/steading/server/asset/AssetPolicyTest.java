// SPDX-License-Identifier: Apache-2.0
package build.steading.server.asset;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AssetPolicyTest {
    private static final AssetConfig CONFIG = new AssetConfig(
            Set.of("github.com", "*.example.org"), Set.of("mirror.lan"), 1_000, Duration.ofSeconds(5), false);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://github.com/a.tar.gz",
                "http://GitHub.com:8080/",
                "https://a.example.org/",
                "https://a.b.example.org/"
            })
    void allowedHostMayBeAsked(String uri) {
        assertThat(policy("140.82.112.3").refusal(URI.create(uri))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://example.org/",
                "https://notexample.org/",
                "https://github.com.evil.net/",
                "https://evil.net/github.com",
                "https://user@github.com/",
                "ftp://github.com/",
                "file:///etc/passwd",
                "github.com",
                "mailto:a@github.com"
            })
    void otherAddressesMayNot(String uri) {
        assertThat(policy("140.82.112.3").refusal(URI.create(uri)))
                .get()
                .extracting(AssetPolicy.Refusal::why)
                .isEqualTo(Fetched.Why.DENIED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "127.8.8.8",
                "10.0.0.1",
                "172.16.0.1",
                "192.168.1.1",
                "169.254.169.254",
                "0.0.0.0",
                "100.64.0.1",
                "224.0.0.1",
                "255.255.255.255",
                "::1",
                "::",
                "fe80::1",
                "fd00::1",
                "fec0::1",
                "64:ff9b::7f00:1",
                "2002:7f00:1::",
                "::ffff:127.0.0.1"
            })
    void allowedHostWithAnAddressInsideMayNot(String address) {
        var uri = URI.create("https://github.com/");

        assertThat(policy(address).refusal(uri)).isPresent();
        assertThat(policy("140.82.112.3", address).refusal(uri)).isPresent();
        assertThat(policy(address).refusal(URI.create("http://mirror.lan/"))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"100.63.0.1", "100.128.0.1", "172.32.0.1", "2606:50c0::1"})
    void publicAddressesAreNot(String address) {
        assertThat(policy(address).refusal(URI.create("https://github.com/"))).isEmpty();
    }

    @Test
    void unknownHostIsNotFound() {
        var policy = new AssetPolicy(CONFIG, host -> {
            throw new UnknownHostException(host);
        });

        assertThat(policy.refusal(URI.create("https://github.com/")))
                .get()
                .extracting(AssetPolicy.Refusal::why)
                .isEqualTo(Fetched.Why.NOT_FOUND);
    }

    @Test
    void nothingIsAllowedUnlessSomebodySaysSo() {
        var policy = new AssetPolicy(AssetConfig.NONE, _ -> new InetAddress[0]);

        assertThat(policy.refusal(URI.create("https://github.com/"))).isPresent();
    }

    private static AssetPolicy policy(String... addresses) {
        return new AssetPolicy(CONFIG, _ -> {
            var found = new InetAddress[addresses.length];
            for (var i = 0; i < addresses.length; i++) {
                found[i] = InetAddress.getByName(addresses[i]);
            }
            return found;
        });
    }
}

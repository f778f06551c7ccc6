// SPDX-License-Identifier: Apache-2.0
package build.steading.action;

import static org.assertj.core.api.Assertions.assertThat;

import build.steading.digest.Digest;
import org.junit.jupiter.api.Test;

class MemoryActionCacheTest extends ActionCacheContract {
    @Override
    protected ActionCache newCache() {
        return new MemoryActionCache(10);
    }

    @Test
    void leastRecentlyUsedResultIsForgottenBeyondTheLimit() {
        var cache = new MemoryActionCache(2);
        var first = Digest.of(new byte[] {1});
        var second = Digest.of(new byte[] {2});
        var third = Digest.of(new byte[] {3});
        cache.put(first, result("1"));
        cache.put(second, result("2"));
        assertThat(cache.find(first)).isPresent();

        cache.put(third, result("3"));
        assertThat(cache.find(second)).isEmpty();
        assertThat(cache.find(first)).isPresent();
        assertThat(cache.find(third)).isPresent();
    }
}

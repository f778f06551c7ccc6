// SPDX-License-Identifier: Apache-2.0
package build.steading.build;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LiveBuildTest extends BuildsFixture {
    @Test
    void buildThatHasEndedIsNotSaidToBeCancelledOnceMore() {
        var record = BuildRecord.fresh(new BuildId(1), spec(CHAIN), Instant.EPOCH);
        var build = new LiveBuild(record, List.of());

        assertThat(build.withdraw(List.of(), "ann")).isTrue();
        assertThat(build.withdraw(List.of(), "bob")).isTrue();
        build.ended(record.ended(BuildState.CANCELLED, "Cancelled by ann", Instant.EPOCH, Optional.empty()));
        assertThat(build.withdraw(List.of(), "bob")).isFalse();
    }
}

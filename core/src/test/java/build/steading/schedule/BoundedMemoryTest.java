// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

import static build.steading.schedule.ScriptedFarm.requiring;
import static org.assertj.core.api.Assertions.assertThat;

import build.steading.platform.Properties;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// What the scheduler remembers of requirements and tenants that have nothing to do any more.
class BoundedMemoryTest {
    private static final Properties LINUX = new Properties(Map.of("os", "linux"));

    @Test
    void requirementsThatNobodyHasAreForgottenBeyondTheLast256() {
        var fits = new FitTable(new Stranded(Duration.ofMinutes(10)));
        var first = fits.enter(requiring("a", "os == 'linux'"));
        fits.leave(first);
        for (var i = 1; i < 256; i++) {
            fits.leave(fits.enter(requiring("a", "cores > " + i)));
        }
        assertThat(fits.enter(requiring("a", "os == 'linux'"))).isSameAs(first);
        fits.leave(first);

        for (var i = 256; i < 256 + 256; i++) {
            fits.leave(fits.enter(requiring("a", "cores > " + i)));
        }
        assertThat(fits.enter(requiring("a", "os == 'linux'"))).isNotSameAs(first);
    }

    @Test
    void tenantsWithoutActionsAreForgottenBeyondTheLast1024() {
        var shares = new FairShare();
        var first = shares.enter(tenant("first"));
        shares.leave(first);
        for (var i = 1; i < 1024; i++) {
            assertThat(shares.leave(shares.enter(tenant("tenant" + i)))).isEmpty();
        }
        assertThat(shares.leave(shares.enter(tenant("one too many")))).contains(first);
        assertThat(shares.enter(tenant("first"))).isNotSameAs(first);
    }

    @Test
    void tenantThatIsForgottenLeavesNoLaneBehind() {
        var fits = new FitTable(new Stranded(Duration.ofMinutes(10)));
        var workers = fits.classOf(Offer.of(LINUX, 1));
        var requirement = fits.enter(ScriptedFarm.job("a"));
        var tenant = new Tenant(new TenantName("", "tenant"), 1, new Account("tenant", 0), null);
        var lane = new Lane(requirement, tenant);
        requirement.lanes.put(tenant, lane);
        workers.demand(lane);

        fits.forget(tenant);

        assertThat(requirement.lanes).isEmpty();
        assertThat(workers.next(null)).isNull();
    }

    @Test
    void workerClassEndsWithItsLastMember() {
        var fits = new FitTable(new Stranded(Duration.ofMinutes(10)));
        var requirement = fits.enter(ScriptedFarm.job("a"));
        var worker = new Worker(ScriptedFarm.ANN, new Health(ScriptedFarm.ANN), fits.classOf(Offer.of(LINUX, 1)));
        worker.workerClass.add(worker);
        assertThat(requirement.fitting()).hasSize(1);

        fits.leave(worker, null);

        assertThat(requirement.fitting()).isEmpty();
        assertThat(requirement.matches()).isEmpty();
    }

    private static TenantName tenant(String project) {
        return new TenantName("", project);
    }
}

// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import build.steading.platform.Properties;
import build.steading.platform.Requirement;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// What the scheduler remembers of requirements and tenants that have nothing to do any more.
class BoundedMemoryTest {
    private static final Properties LINUX = new Properties(Map.of("os", "linux"));

    @Test
    void requirementsThatNobodyHasAreForgottenBeyondTheLast256() {
        var fits = new FitTable();
        var first = fits.enter(Requirement.parse("os == 'linux'"));
        fits.leave(first);
        for (var i = 1; i < 256; i++) {
            fits.leave(fits.enter(Requirement.parse("cores > " + i)));
        }
        assertThat(fits.enter(first.requirement)).isSameAs(first);
        fits.leave(first);

        for (var i = 256; i < 256 + 256; i++) {
            fits.leave(fits.enter(Requirement.parse("cores > " + i)));
        }
        assertThat(fits.enter(first.requirement)).isNotSameAs(first);
    }

    @Test
    void tenantsWithoutActionsAreForgottenBeyondTheLast1024() {
        var shares = new FairShare();
        var first = shares.enter("first");
        shares.leave(first);
        for (var i = 1; i < 1024; i++) {
            assertThat(shares.leave(shares.enter("tenant" + i))).isEmpty();
        }
        assertThat(shares.leave(shares.enter("one too many"))).contains(first);
        assertThat(shares.enter("first")).isNotSameAs(first);
    }

    @Test
    void tenantThatIsForgottenLeavesNoLaneBehind() {
        var fits = new FitTable();
        var workers = fits.classOf(LINUX);
        var requirement = fits.enter(Requirement.ANY);
        var tenant = new Tenant("tenant", 1, 0);
        var lane = new Lane(requirement, tenant);
        requirement.lanes.put(tenant, lane);
        workers.demand(lane);

        fits.forget(tenant);

        assertThat(requirement.lanes).isEmpty();
        assertThat(workers.next(null)).isNull();
    }

    @Test
    void workerClassEndsWithItsLastMember() {
        var fits = new FitTable();
        var requirement = fits.enter(Requirement.ANY);
        var worker = new Worker(new WorkerId("ann"), fits.classOf(LINUX));
        worker.workerClass.add(worker);
        assertThat(requirement.fitting()).hasSize(1);

        fits.leave(worker, null);

        assertThat(requirement.fitting()).isEmpty();
        assertThat(requirement.fits()).isEmpty();
    }
}

// SPDX-License-Identifier: Apache-2.0
package build.steading.wire;

import build.steading.api.v1.HeldLease;
import build.steading.api.v1.WorkerOffer;
import build.steading.failure.SteadingException;
import build.steading.platform.Policy;
import build.steading.platform.Properties;
import build.steading.schedule.LeaseId;
import build.steading.schedule.Offer;
import java.util.HashMap;

/// Converts what a worker says of itself.
public final class Offers {
    private Offers() {}

    public static WorkerOffer toProto(Offer offer) {
        var message = WorkerOffer.newBuilder()
                .setProperties(PropertyValues.toProto(offer.properties().values()))
                .setPolicy(offer.policy().expression())
                .setSlots(offer.slots())
                .setRemark(offer.remark());
        offer.held()
                .forEach((lease, action) -> message.addHeld(
                        HeldLease.newBuilder().setLease(lease.value()).setAction(action)));
        return message.build();
    }

    /// @throws SteadingException with `Invalid` if this is no sound offer
    public static Offer fromProto(WorkerOffer message) {
        if (message.getSlots() < 0) {
            throw SteadingException.invalid("A worker with %d slots makes no sense", message.getSlots());
        }
        var held = new HashMap<LeaseId, String>();
        message.getHeldList().forEach(each -> held.put(new LeaseId(each.getLease()), each.getAction()));
        return new Offer(
                new Properties(PropertyValues.fromProto(message.getProperties())),
                Policy.parse(message.getPolicy()),
                message.getSlots(),
                message.getRemark(),
                held);
    }
}

// SPDX-License-Identifier: Apache-2.0
package build.steading.wire;

import build.steading.api.v1.WarmTree;
import build.steading.api.v1.WorkFacts;
import build.steading.api.v1.WorkLease;
import build.steading.digest.Digests;
import build.steading.execute.Lease;
import build.steading.execute.WarmDirectory;
import build.steading.failure.SteadingException;
import build.steading.platform.RequestFacts;
import build.steading.schedule.LeaseId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Converts what a worker is given to do.
public final class Leases {
    private Leases() {}

    public static WorkLease toProto(Lease lease) {
        return WorkLease.newBuilder()
                .setLease(lease.id().value())
                .setAction(Digests.toProto(lease.action()))
                .setDigestFunction(Digests.toProto(lease.action().function()))
                .addAllWarm(warm(lease.warm()))
                .setFacts(facts(lease.facts()))
                .setQueued(Times.toProto(lease.queued()))
                .build();
    }

    /// @throws SteadingException with `Invalid` if this is no sound lease
    public static Lease fromProto(WorkLease message) {
        return new Lease(
                new LeaseId(message.getLease()),
                Digests.fromProto(message.getAction(), Digests.fromProto(message.getDigestFunction())),
                warmFromProto(message.getWarmList()),
                facts(message.getFacts()),
                Times.fromProto(message.getQueued()));
    }

    static List<WarmTree> warm(List<WarmDirectory> directories) {
        return directories.stream()
                .map(each -> WarmTree.newBuilder()
                        .setPath(each.path())
                        .setTree(Digests.toProto(each.tree()))
                        .setInputRoot(Digests.toProto(each.inputRoot()))
                        .build())
                .toList();
    }

    static List<WarmDirectory> warmFromProto(List<WarmTree> messages) {
        return messages.stream()
                .map(each -> new WarmDirectory(
                        each.getPath(), Digests.fromProto(each.getTree()), Digests.fromProto(each.getInputRoot())))
                .toList();
    }

    private static WorkFacts facts(RequestFacts facts) {
        var message = WorkFacts.newBuilder()
                .setProject(facts.project())
                .setRequester(facts.requester())
                .setSource(facts.source())
                .setBranch(facts.branch())
                .putAllOptions(facts.options())
                .setPriority(facts.priority());
        facts.expected().map(Times::toProto).ifPresent(message::setExpected);
        return message.build();
    }

    private static RequestFacts facts(WorkFacts message) {
        return new RequestFacts(
                message.getProject(),
                message.getRequester(),
                message.getSource(),
                message.getBranch(),
                message.getOptionsMap(),
                message.getPriority(),
                message.hasExpected()
                        ? Optional.of(Times.fromProto(message.getExpected()))
                        : Optional.<Duration>empty());
    }
}

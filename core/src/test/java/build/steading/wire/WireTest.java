// SPDX-License-Identifier: Apache-2.0
package build.steading.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import build.bazel.remote.execution.v2.ActionResult;
import build.steading.api.v1.PropertyMap;
import build.steading.api.v1.PropertyValue;
import build.steading.api.v1.WorkFailure;
import build.steading.api.v1.WorkLease;
import build.steading.api.v1.WorkOutcome;
import build.steading.api.v1.WorkerOffer;
import build.steading.digest.Digest;
import build.steading.digest.HashFunction;
import build.steading.execute.Lease;
import build.steading.execute.Outcome;
import build.steading.execute.WarmDirectory;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.platform.Policy;
import build.steading.platform.Properties;
import build.steading.platform.RequestFacts;
import build.steading.schedule.Fault;
import build.steading.schedule.LeaseId;
import build.steading.schedule.Offer;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class WireTest {
    private static final Digest BLOB = Digest.of(new byte[] {1});
    private static final ActionResult RESULT =
            ActionResult.newBuilder().setExitCode(3).build();
    private static final WarmDirectory WARM = new WarmDirectory("a/b", BLOB, Digest.EMPTY);

    @Test
    void offerArrivesAsItWas() {
        var properties = new Properties(Map.of(
                "os",
                "linux",
                "cores",
                8,
                "load",
                0.5,
                "ssd",
                true,
                "tools",
                List.of("gcc", 12, List.of()),
                "versions",
                Map.of("gcc", Map.of("major", 12))));
        var offer = new Offer(
                properties,
                Policy.parse("project == \"lua\""),
                3,
                "on battery",
                Map.of(new LeaseId(1), "a", new LeaseId(Long.MAX_VALUE), "b"));

        assertThat(Offers.fromProto(Offers.toProto(offer))).isEqualTo(offer);
    }

    @Test
    void leaseArrivesAsItWas() {
        var facts = new RequestFacts(
                "lua", "ann", "git://x", "main", Map.of("o", "v"), -3, Optional.of(Duration.ofMillis(1500)));
        var lease = new Lease(new LeaseId(7), BLOB, List.of(WARM), facts, Instant.ofEpochSecond(9, 8));

        assertThat(Leases.fromProto(Leases.toProto(lease))).isEqualTo(lease);
    }

    @Test
    void leaseOfAnActionByAnotherFunctionArrivesAsItWas() {
        var action = HashFunction.BLAKE3.of(new byte[] {1});
        var lease = new Lease(new LeaseId(7), action, List.of(), RequestFacts.NONE, Instant.EPOCH);

        assertThat(Leases.fromProto(Leases.toProto(lease))).isEqualTo(lease);
    }

    @Test
    void factsOfWhichNothingIsKnownStaySo() {
        var lease = new Lease(new LeaseId(7), BLOB, List.of(), RequestFacts.NONE, Instant.EPOCH);

        assertThat(Leases.fromProto(Leases.toProto(lease))).isEqualTo(lease);
    }

    static Stream<Outcome> outcomes() {
        return Stream.of(
                        Stream.of(
                                new Outcome.Completed(RESULT, false, List.of(WARM)),
                                new Outcome.TimedOut(Duration.ofMillis(2500), RESULT),
                                new Outcome.Rejected(new Failure.Invalid("i"), RESULT),
                                new Outcome.OutOfMemory(1L << 40, RESULT),
                                new Outcome.Refused("not at night", Optional.empty()),
                                new Outcome.Refused("not now", Optional.of(Duration.ofMinutes(15)))),
                        Stream.of(
                                        new Failure.Invalid("i"),
                                        new Failure.NotFound("n"),
                                        new Failure.MissingBlobs(Set.of(BLOB, HashFunction.BLAKE3.of(new byte[] {1}))),
                                        new Failure.Denied("d"),
                                        new Failure.Overloaded("o", Duration.ofSeconds(3)),
                                        new Failure.Unsupported("s"),
                                        new Failure.Unavailable("u"))
                                .map(Outcome.NotRun::new),
                        Arrays.stream(Fault.values())
                                .map(fault -> new Outcome.NotRun(new Failure.Unavailable("u"), fault)))
                .flatMap(each -> each);
    }

    @ParameterizedTest
    @MethodSource("outcomes")
    void outcomeArrivesAsItWas(Outcome outcome) {
        assertThat(Outcomes.fromProto(Outcomes.toProto(outcome))).isEqualTo(outcome);
    }

    @Test
    void cancelledIsNothingThatAWorkerSays() {
        assertThatThrownBy(() -> Outcomes.toProto(new Outcome.Cancelled("ann")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        var nothing = PropertyMap.newBuilder().putValues("os", PropertyValue.getDefaultInstance());
        assertInvalid(() ->
                Offers.fromProto(WorkerOffer.newBuilder().setProperties(nothing).build()));
        assertInvalid(
                () -> Offers.fromProto(WorkerOffer.newBuilder().setSlots(-1).build()));
        assertInvalid(
                () -> Offers.fromProto(WorkerOffer.newBuilder().setPolicy("((").build()));
        assertInvalid(() -> Leases.fromProto(WorkLease.getDefaultInstance()));
        assertInvalid(() -> Outcomes.fromProto(WorkOutcome.getDefaultInstance()));
        assertInvalid(() -> Outcomes.fromProto(WorkOutcome.newBuilder()
                .setNotRun(WorkOutcome.NotRun.getDefaultInstance())
                .build()));
        assertInvalid(() -> Failures.fromProto(WorkFailure.newBuilder()
                .setMissingBlobs(WorkFailure.MissingBlobs.getDefaultInstance())
                .build()));
    }

    @Test
    void timesWithoutSenseAreRefused() {
        assertInvalid(() -> Times.fromProto(
                com.google.protobuf.Duration.newBuilder().setSeconds(-1).build()));
        assertInvalid(() -> Times.fromProto(com.google.protobuf.Duration.newBuilder()
                .setSeconds(Long.MAX_VALUE)
                .build()));
    }

    private static void assertInvalid(ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        SteadingException.class, e -> assertThat(e.failure()).isInstanceOf(Failure.Invalid.class));
    }
}

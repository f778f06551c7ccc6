// SPDX-License-Identifier: Apache-2.0
package build.steading.server.farm;

import static org.assertj.core.api.Assertions.assertThat;

import build.bazel.remote.execution.v2.Action;
import build.bazel.remote.execution.v2.Command;
import build.bazel.remote.execution.v2.Platform;
import build.steading.blob.Blobs;
import build.steading.digest.Digest;
import build.steading.digest.Digests;
import build.steading.digest.HashFunction;
import build.steading.execute.Execution;
import build.steading.execute.ExecutionObserver;
import build.steading.execute.Outcome;
import build.steading.failure.Failure;
import build.steading.lifecycle.ManualClock;
import build.steading.platform.Properties;
import build.steading.schedule.Limits;
import build.steading.schedule.Offer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What becomes of platform properties in the words of other clients.
class FarmPlatformTest extends FarmFixture {
    FarmPlatformTest() {
        super(new ManualClock());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void propertyOfAWorkerIsMetByIt(boolean inAction) throws Exception {
        execute(action("os", "linux", inAction));

        assertThat(take()).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Timeout(30)
    void propertyThatNoWorkerHasIsRefusedAtOnce(boolean inAction) throws Exception {
        settle();

        assertRefused(execute(action("gpu", "x", inAction)), "`gpu`");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Timeout(30)
    void valueThatNoWorkerHasIsRefusedAtOnce(boolean inAction) throws Exception {
        settle();

        assertRefused(
                execute(action("os", "plan9", inAction)),
                "No worker has `plan9` as the platform property `os`; there are `linux` (1 worker)");
    }

    @Test
    @Timeout(30)
    void whatNoWorkerEverCanHaveIsRefusedAtOnceByANewFarmToo() throws Exception {
        assertRefused(execute(action("container-image", "x", true)), "`container-image`");
    }

    @Test
    @Timeout(30)
    void newFarmWaitsAMomentForWorkersToComeBack() throws Exception {
        var late = execute(action("os", "plan9", true));
        var vain = execute(action("os", "aix", true));
        farm.announce(OTHER, Offer.of(new Properties(Map.of("os", "plan9")), 1));
        assertThat(take(OTHER)).isNotNull();

        settle();
        assertRefused(vain, "there are `linux` (1 worker), `plan9` (1 worker)");
        assertThat(late.follow(ExecutionObserver.NONE)).isTrue();
    }

    @Test
    void workerThatIsAwayForAMomentIsWaitedFor() throws Exception {
        settle();
        farm.announce(OTHER, Offer.of(new Properties(Map.of("os", "plan9")), 1));
        farm.dismiss(OTHER);

        execute(action("os", "plan9", true));
        farm.announce(OTHER, Offer.of(new Properties(Map.of("os", "plan9")), 1));
        assertThat(take(OTHER)).isNotNull();
    }

    @Test
    @Timeout(30)
    void workerThatStaysAwayIsNotWaitedForForEver() throws Exception {
        settle();
        farm.announce(OTHER, Offer.of(new Properties(Map.of("os", "plan9")), 1));
        farm.dismiss(OTHER);

        var execution = execute(action("os", "plan9", true));
        pass(Limits.STANDARD.unsupportedAfter());
        assertRefused(execution, "for 10 min");
    }

    @Test
    void requirementsInWordsOfOursAreWaitedFor() throws Exception {
        settle();
        var execution = execute(action("steading.requires", "os == 'plan9'", true));

        assertThat(execution.why()).first().asString().startsWith("No worker fits");
    }

    private void settle() {
        pass(Offerings.SETTLING);
    }

    private void pass(Duration time) {
        ((ManualClock) clock).advance(time);
        farm.tick();
    }

    private static void assertRefused(Execution execution, String reason) throws InterruptedException {
        assertThat(execution.await())
                .isInstanceOfSatisfying(
                        Outcome.NotRun.class,
                        notRun -> assertThat(notRun.failure())
                                .isInstanceOf(Failure.Unsupported.class)
                                .extracting(Failure::message)
                                .asString()
                                .contains(reason));
    }

    /// The command is named by the same function as the action.
    @Test
    @Timeout(30)
    void propertyInACommandIsFoundByAnyFunction() throws Exception {
        var outcome = execute(action("container-image", "x", false, HashFunction.BLAKE3))
                .await();

        assertThat(outcome).isInstanceOf(Outcome.NotRun.class);
    }

    private Digest action(String name, String value, boolean inAction) {
        return action(name, value, inAction, HashFunction.SHA256);
    }

    private Digest action(String name, String value, boolean inAction, HashFunction function) {
        var property = Platform.Property.newBuilder().setName(name).setValue(value);
        var platform = Platform.newBuilder().addProperties(property).build();
        var command = Command.newBuilder().addAllArguments(List.of("true"));
        var action = Action.newBuilder().setInputRootDigest(Digests.toProto(function.empty()));
        if (inAction) {
            action.setPlatform(platform);
        } else {
            command.setPlatform(platform);
        }
        var commandDigest = Blobs.put(blobs, command.build().toByteArray(), function);
        action.setCommandDigest(Digests.toProto(commandDigest));
        return Blobs.put(blobs, action.build().toByteArray(), function);
    }
}

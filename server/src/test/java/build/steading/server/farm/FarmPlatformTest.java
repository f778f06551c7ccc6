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
import build.steading.execute.Outcome;
import build.steading.failure.Failure;
import build.steading.lifecycle.SteadyClock;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What becomes of platform properties in the words of other clients.
class FarmPlatformTest extends FarmFixture {
    FarmPlatformTest() {
        super(new SteadyClock());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void propertyOfAWorkerIsMetByIt(boolean inAction) throws Exception {
        execute(action("os", "linux", inAction));

        assertThat(take()).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void propertyThatNoWorkerHasIsRefusedAtOnce(boolean inAction) throws Exception {
        var outcome = execute(action("container-image", "x", inAction)).await();

        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Outcome.NotRun.class,
                        notRun -> assertThat(notRun.failure())
                                .isInstanceOf(Failure.Invalid.class)
                                .extracting(Failure::message)
                                .asString()
                                .contains("`container-image`"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void valueThatNoWorkerHasWaitsForOneThatMayCome(boolean inAction) throws Exception {
        execute(action("os", "plan9", inAction));

        assertThat(farm.take(WORKER, AT_ONCE)).isEmpty();
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

// SPDX-License-Identifier: Apache-2.0
package build.steading.worker;

import static org.assertj.core.api.Assertions.assertThat;

import build.bazel.remote.execution.v2.Action;
import build.bazel.remote.execution.v2.Command;
import build.steading.blob.Blobs;
import build.steading.digest.Digest;
import build.steading.digest.Digests;
import build.steading.execute.Outcome;
import build.steading.failure.Failure;
import build.steading.platform.PlatformProperties;
import build.steading.tree.DirectoryBuilder;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// What a worker refuses to run, in whichever sandbox.
abstract class RefusalContract extends SandboxedTest {
    private Failure refusal(TestAction action) throws InterruptedException {
        return farm.run(action) instanceof Outcome.NotRun(var failure, var _) ? failure : null;
    }

    @Test
    void outputsOutsideTheTree() throws Exception {
        assertThat(refusal(action().shell("true").outputs("/etc/x"))).isInstanceOf(Failure.Invalid.class);
        assertThat(refusal(action().shell("true").outputs("a/../b"))).isInstanceOf(Failure.Invalid.class);
    }

    @Test
    void unknownPropertiesOfOurs() throws Exception {
        var failure = refusal(action().shell("true").property("steading.fast", "yes"));

        assertThat(failure).isInstanceOf(Failure.Invalid.class);
        assertThat(failure.message()).contains("`steading.fast`", PlatformProperties.NETWORK);
    }

    @Test
    void propertiesOfOthersAreNotOurBusiness() throws Exception {
        assertThat(farm.complete(action().shell("true").property("OSFamily", "linux"))
                        .getExitCode())
                .isZero();
    }

    @Test
    void treeWithoutEndHarmsNobody() throws Exception {
        var twins = action().file("f", "x").tree();
        for (var level = 0; level < 40; level++) {
            twins = Blobs.put(
                    farm.store,
                    new DirectoryBuilder()
                            .directory("a", twins)
                            .directory("b", twins)
                            .build());
        }
        var bomb = Blobs.put(
                farm.store,
                Action.newBuilder()
                        .setCommandDigest(Digests.toProto(Blobs.put(
                                farm.store,
                                Command.newBuilder().addArguments("true").build())))
                        .setInputRootDigest(Digests.toProto(twins))
                        .build());

        assertThat(farm.source.outcome(farm.submit(bomb, List.of())))
                .isInstanceOfSatisfying(
                        Outcome.NotRun.class,
                        notRun -> assertThat(notRun.failure()).isInstanceOf(Failure.Invalid.class));
        assertThat(farm.shell("echo well")).isEqualTo("well\n");
    }

    @Test
    void emptyCommand() throws Exception {
        assertThat(refusal(action())).isInstanceOf(Failure.Invalid.class);
    }

    @Test
    void parentOfAnOutputThatIsAFile() throws Exception {
        assertThat(refusal(action().file("a", "x").shell("true").outputs("a/b")))
                .isInstanceOfSatisfying(
                        Failure.Invalid.class,
                        failure -> assertThat(failure.message()).contains("`a`", "Not a directory"));
    }

    @Test
    void timeoutBeyondTheLongest() throws Exception {
        assertThat(refusal(action().shell("true").timeout(Duration.ofHours(1)))).isInstanceOf(Failure.Invalid.class);
    }

    @Test
    void absentActionIsMissing() throws Exception {
        var absent = Digest.of(new byte[] {5});

        assertThat(farm.source.outcome(farm.submit(absent, List.of())))
                .isEqualTo(new Outcome.NotRun(new Failure.MissingBlobs(Set.of(absent))));
    }
}

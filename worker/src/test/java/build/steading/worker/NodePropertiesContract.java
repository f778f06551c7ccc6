// SPDX-License-Identifier: Apache-2.0
package build.steading.worker;

import static org.assertj.core.api.Assertions.assertThat;

import build.bazel.remote.execution.v2.ActionResult;
import build.bazel.remote.execution.v2.FileNode;
import build.bazel.remote.execution.v2.NodeProperties;
import build.bazel.remote.execution.v2.NodeProperty;
import build.steading.execute.Outcome;
import build.steading.failure.Failure;
import com.google.protobuf.Timestamp;
import com.google.protobuf.UInt32Value;
import org.junit.jupiter.api.Test;

/// What a worker owes to the properties of nodes, in whichever sandbox.
abstract class NodePropertiesContract extends SandboxedTest {
    private static final long MOON = -14182940;

    private static NodeProperties properties(int mode, long seconds) {
        return NodeProperties.newBuilder()
                .setUnixMode(UInt32Value.of(mode))
                .setMtime(Timestamp.newBuilder().setSeconds(seconds))
                .build();
    }

    private static NodeProperties at(long seconds) {
        return properties(0, seconds).toBuilder().clearUnixMode().build();
    }

    @Test
    void w46InputsAreAsTheirPropertiesSay() throws Exception {
        var result = farm.complete(action().file("f", "x", properties(0600, 1_000_000_000))
                .file("g", "", properties(0751, MOON))
                .link("l", "f", at(1_100_000_000))
                .file("d/h", "x")
                .folder("d", properties(0711, 1_200_000_000))
                .shell("stat -c '%n %a %Y' f g d d/h; stat -c '%Y' l"));

        assertThat(farm.stdout(result).lines())
                .containsExactly(
                        "f 600 1000000000", "g 751 " + MOON, "d 711 1200000000", "d/h 644 946684800", "1100000000");
    }

    @Test
    void propertiesOfOneActionAreNotThoseOfAnother() throws Exception {
        farm.complete(action().file("f", "same", properties(0600, 1)).shell("true"));

        var result = farm.complete(action().file("f", "same").shell("stat -c '%a %Y' f"));
        assertThat(farm.stdout(result)).isEqualTo("644 946684800\n");
    }

    @Test
    void nobodyGetsTheRightsOfAnotherUser() throws Exception {
        var result =
                farm.complete(action().file("f", "x", properties(0106755, 1)).shell("stat -c '%a' f"));

        assertThat(farm.stdout(result)).isEqualTo("755\n");
    }

    @Test
    void directoriesStayUsable() throws Exception {
        var result = farm.complete(
                action().file("d/f", "x").folder("d", properties(0, 1)).shell("cat d/f; stat -c %a d"));

        assertThat(farm.stdout(result)).isEqualTo("x700\n");
    }

    @Test
    void propertiesThatNobodyKnowsAreLeftToWhoDoes() throws Exception {
        var unknown = NodeProperties.newBuilder()
                .addProperties(NodeProperty.newBuilder().setName("colour").setValue("red"))
                .build();

        var result = farm.complete(action().file("f", "x", unknown).shell("stat -c '%a %Y' f"));
        assertThat(farm.stdout(result)).isEqualTo("644 946684800\n");
    }

    @Test
    void timeThatCannotBeIsRefused() throws Exception {
        var outcome = farm.run(action().file("f", "x", at(Long.MAX_VALUE)).shell("true"));

        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Outcome.NotRun.class,
                        notRun -> assertThat(notRun.failure()).isInstanceOf(Failure.Invalid.class));
    }

    @Test
    void w46OutputsHaveThePropertiesThatWereAskedFor() throws Exception {
        var result = farm.complete(wanting("mtime", "unix_mode")
                .shell("mkdir -m 750 d; echo x > f; chmod 640 f; ln -s f l; echo y > d/g; ln -s g d/m;"
                        + " touch -h -d @1000000000 f l d/g d/m; touch -d @1100000000 d")
                .outputs("d", "f", "l"));

        assertThat(result.getOutputFiles(0).getNodeProperties()).isEqualTo(properties(0640, 1_000_000_000));
        assertThat(result.getOutputSymlinks(0).getNodeProperties().getMtime())
                .isEqualTo(at(1_000_000_000).getMtime());
        var root = tree(result, 0).getRoot();
        assertThat(root.getNodeProperties()).isEqualTo(properties(0750, 1_100_000_000));
        assertThat(root.getFiles(0).getNodeProperties()).isEqualTo(properties(0644, 1_000_000_000));
        assertThat(root.getSymlinks(0).getNodeProperties().getMtime())
                .isEqualTo(at(1_000_000_000).getMtime());
    }

    @Test
    void outputsHaveOnlyThePropertiesThatWereAskedFor() throws Exception {
        var some = file(farm.complete(
                wanting("unix_mode").shell("mkdir d; echo x > d/f").outputs("d")));
        assertThat(some.getNodeProperties())
                .isEqualTo(NodeProperties.newBuilder()
                        .setUnixMode(UInt32Value.of(0644))
                        .build());

        var none = file(farm.complete(action().shell("mkdir d; echo x > d/f").outputs("d")));
        assertThat(none.hasNodeProperties()).isFalse();
    }

    private FileNode file(ActionResult result) throws Exception {
        return tree(result, 0).getRoot().getFiles(0);
    }

    @Test
    void untouchedInputsKeepTheirProperties() throws Exception {
        var result = farm.complete(wanting("mtime", "unix_mode")
                .file("d/a", "1", properties(0600, 1_000_000_000))
                .program("d/b", "true")
                .shell("true")
                .outputs("d"));

        var root = tree(result, 0).getRoot();
        assertThat(root.getFiles(0).getNodeProperties()).isEqualTo(properties(0600, 1_000_000_000));
        assertThat(root.getFiles(1).getNodeProperties()).isEqualTo(properties(0755, 946_684_800));
    }

    @Test
    void w46UnknownPropertiesOfOutputsAreRefused() throws Exception {
        var outcome = farm.run(wanting("colour").shell("true"));

        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Outcome.NotRun.class,
                        notRun -> assertThat(notRun.failure())
                                .isEqualTo(new Failure.Invalid(
                                        "Node property `colour` is not known: Steading knows `mtime` and"
                                                + " `unix_mode`")));
    }

    private TestAction wanting(String... names) {
        return action().command(command -> {
            for (var name : names) {
                command.addOutputNodeProperties(name);
            }
        });
    }
}

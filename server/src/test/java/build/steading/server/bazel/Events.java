// SPDX-License-Identifier: Apache-2.0
package build.steading.server.bazel;

import build.bazel.events.BuildEvent;
import java.time.Instant;

/// What Bazel tells of `bazel test //a/... //b` in `/home/ann/hello`, which takes seven seconds.
public final class Events {
    public static final Instant BEGUN = Instant.parse("2026-05-01T12:00:00Z");

    private Events() {}

    public static BuildEvent.Builder started() {
        var event = BuildEvent.newBuilder();
        event.getStartedBuilder()
                .setStartTimeMillis(BEGUN.toEpochMilli())
                .setCommand("test")
                .setBuildToolVersion("4.2.3")
                .setWorkspaceDirectory("/home/ann/hello");
        event.addChildrenBuilder().getPatternBuilder().addPattern("//a/...").addPattern("//b");
        return event;
    }

    public static BuildEvent.Builder workspace() {
        var event = BuildEvent.newBuilder();
        event.getWorkspaceStatusBuilder().addItemBuilder().setKey("BUILD_USER").setValue("ann");
        event.getWorkspaceStatusBuilder()
                .addItemBuilder()
                .setKey("BUILD_SCM_REVISION")
                .setValue("0123456789abcdef0123456789abcdef01234567");
        return event;
    }

    public static BuildEvent.Builder completed(String label, boolean success) {
        var event = BuildEvent.newBuilder();
        event.getIdBuilder().getTargetCompletedBuilder().setLabel(label);
        event.getCompletedBuilder().setSuccess(success);
        return event;
    }

    public static BuildEvent.Builder tested(String label, int status) {
        var event = BuildEvent.newBuilder();
        event.getIdBuilder().getTestSummaryBuilder().setLabel(label);
        event.getTestSummaryBuilder().setOverallStatus(status);
        return event;
    }

    public static BuildEvent.Builder finished(int code, String name) {
        var event = BuildEvent.newBuilder();
        event.getFinishedBuilder().setFinishTimeMillis(BEGUN.plusSeconds(7).toEpochMilli());
        event.getFinishedBuilder().getExitCodeBuilder().setCode(code).setName(name);
        return event;
    }

    public static BuildEvent.Builder configured(String label) {
        var event = BuildEvent.newBuilder();
        event.getIdBuilder().getTargetConfiguredBuilder().setLabel(label);
        event.getConfiguredBuilder();
        return event;
    }
}

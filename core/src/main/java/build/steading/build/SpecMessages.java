// SPDX-License-Identifier: Apache-2.0
package build.steading.build;

import build.steading.api.v1.SingleCommand;
import build.steading.api.v1.Source;
import build.steading.build.BuildSpec.SourceRef;
import build.steading.digest.Digests;
import build.steading.failure.SteadingException;
import build.steading.platform.Requirement;
import build.steading.source.Revision;
import java.util.Optional;

/// Writes a [BuildSpec] as the message of the same name, and reads it again.
public final class SpecMessages {
    private SpecMessages() {}

    public static build.steading.api.v1.BuildSpec toProto(BuildSpec spec) {
        var message = build.steading.api.v1.BuildSpec.newBuilder()
                .setProject(spec.project())
                .setSource(source(spec.source()))
                .setRoot(Digests.toProto(spec.root()))
                .putAllOptions(spec.options())
                .putAllMatrix(spec.matrix())
                .addAllTasks(spec.tasks())
                .setForce(spec.force());
        if (!spec.requirement().equals(Requirement.ANY)) {
            message.setRequirement(spec.requirement().expression());
        }
        spec.command()
                .ifPresent(command -> message.setCommand(SingleCommand.newBuilder()
                        .setRun(command.run())
                        .addAllOutputs(command.outputs())
                        .setNetwork(command.network())));
        return message.build();
    }

    /// @throws SteadingException with `Invalid` if the message has a digest, or a requirement, that is none
    public static BuildSpec fromProto(build.steading.api.v1.BuildSpec message) {
        return new BuildSpec(
                message.getProject(),
                source(message.getSource()),
                Digests.fromProto(message.getRoot()),
                message.getOptionsMap(),
                message.getMatrixMap(),
                message.getTasksList(),
                message.hasCommand() ? Optional.of(command(message.getCommand())) : Optional.empty(),
                message.getForce(),
                Requirement.parse(message.getRequirement()));
    }

    private static BuildSpec.SingleCommand command(SingleCommand command) {
        return new BuildSpec.SingleCommand(command.getRun(), command.getOutputsList(), command.getNetwork());
    }

    private static Source source(SourceRef source) {
        var revision = source.revision();
        return Source.newBuilder()
                .setRepository(source.repository())
                .setUrl(source.url())
                .setDirectory(source.directory())
                .setCommit(revision.commit())
                .setTreeId(revision.treeId())
                .setName(revision.name())
                .setUncommitted(revision.uncommitted())
                .setTimeMicros(BuildMessages.micros(revision.time()))
                .setSubject(revision.subject())
                .build();
    }

    private static SourceRef source(Source source) {
        return new SourceRef(
                source.getRepository(),
                source.getUrl(),
                source.getDirectory(),
                new Revision(
                        source.getCommit(),
                        source.getTreeId(),
                        source.getName(),
                        source.getUncommitted(),
                        BuildMessages.time(source.getTimeMicros()),
                        source.getSubject()));
    }
}

// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import build.bazel.remote.asset.v1.FetchGrpc;
import build.bazel.remote.asset.v1.PushGrpc;
import build.bazel.remote.execution.v2.ActionCacheGrpc;
import build.bazel.remote.execution.v2.CapabilitiesGrpc;
import build.bazel.remote.execution.v2.ContentAddressableStorageGrpc;
import build.bazel.remote.execution.v2.ExecutionGrpc;
import build.steading.api.v1.BuildsGrpc;
import build.steading.api.v1.EnrolmentGrpc;
import build.steading.api.v1.WorkerGrpc;
import build.steading.auth.Role;
import com.google.bytestream.ByteStreamGrpc;
import com.google.devtools.build.v1.PublishBuildEventGrpc;
import com.google.longrunning.OperationsGrpc;
import io.grpc.MethodDescriptor;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// What a caller must be allowed for a method. A method that is not listed here is open to nobody.
enum Right {
    /// Asked of nobody: the method has its own proof.
    JOIN,
    /// Every member.
    RENEW,
    /// Whoever may look at builds.
    LOOK,
    /// They, and workers.
    FETCH,
    /// Whoever may have things built, and workers, also for the compilers of the commands that they run.
    STORE,
    /// Whoever may have things built. Whether clients may write results and
    /// push assets, the services decide.
    BUILD,
    /// Workers alone.
    WORK,
    ADMINISTER;

    private static final Map<String, Right> NEEDED = new HashMap<>();

    static {
        JOIN.opens(EnrolmentGrpc.getEnrolMethod());
        RENEW.opens(EnrolmentGrpc.getRenewMethod());
        LOOK.opens(
                OperationsGrpc.getListOperationsMethod(),
                OperationsGrpc.getGetOperationMethod(),
                OperationsGrpc.getWaitOperationMethod(),
                BuildsGrpc.getObserveMethod(),
                BuildsGrpc.getListBuildsMethod(),
                BuildsGrpc.getListRequestsMethod(),
                BuildsGrpc.getWhyMethod(),
                BuildsGrpc.getStatusMethod());
        FETCH.opens(
                CapabilitiesGrpc.getGetCapabilitiesMethod(),
                ContentAddressableStorageGrpc.getFindMissingBlobsMethod(),
                ContentAddressableStorageGrpc.getBatchReadBlobsMethod(),
                ContentAddressableStorageGrpc.getGetTreeMethod(),
                ContentAddressableStorageGrpc.getSplitBlobMethod(),
                ByteStreamGrpc.getReadMethod(),
                ActionCacheGrpc.getGetActionResultMethod(),
                ExecutionGrpc.getWaitExecutionMethod());
        STORE.opens(
                ContentAddressableStorageGrpc.getBatchUpdateBlobsMethod(),
                ContentAddressableStorageGrpc.getSpliceBlobMethod(),
                FetchGrpc.getFetchBlobMethod(),
                FetchGrpc.getFetchDirectoryMethod(),
                ByteStreamGrpc.getWriteMethod(),
                ByteStreamGrpc.getQueryWriteStatusMethod(),
                ExecutionGrpc.getExecuteMethod(),
                OperationsGrpc.getCancelOperationMethod());
        BUILD.opens(
                ActionCacheGrpc.getUpdateActionResultMethod(),
                PublishBuildEventGrpc.getPublishLifecycleEventMethod(),
                PublishBuildEventGrpc.getPublishBuildToolEventStreamMethod(),
                PushGrpc.getPushBlobMethod(),
                PushGrpc.getPushDirectoryMethod(),
                BuildsGrpc.getSubmitMethod(),
                BuildsGrpc.getWithdrawMethod(),
                OperationsGrpc.getDeleteOperationMethod());
        WORK.opens(
                WorkerGrpc.getAttendMethod(),
                WorkerGrpc.getTakeMethod(),
                WorkerGrpc.getAppendMethod(),
                WorkerGrpc.getFinishMethod());
        ADMINISTER.opens(
                EnrolmentGrpc.getCreateTokenMethod(),
                EnrolmentGrpc.getListTokensMethod(),
                EnrolmentGrpc.getRevokeTokenMethod(),
                EnrolmentGrpc.getListMembersMethod(),
                EnrolmentGrpc.getChangeMemberMethod());
    }

    private void opens(MethodDescriptor<?, ?>... methods) {
        for (var method : methods) {
            NEEDED.put(method.getFullMethodName(), this);
        }
    }

    /// Returns what is needed for a method; empty if nobody may call it.
    static Optional<Right> neededFor(String fullMethodName) {
        return Optional.ofNullable(NEEDED.get(fullMethodName));
    }

    boolean isOf(Role role) {
        return switch (this) {
            case JOIN, RENEW -> true;
            case LOOK -> role.includes(Role.VIEWER);
            case FETCH -> role.includes(Role.VIEWER) || role == Role.WORKER;
            case STORE -> role.includes(Role.BUILDER) || role == Role.WORKER;
            case BUILD -> role.includes(Role.BUILDER);
            case WORK -> role == Role.WORKER;
            case ADMINISTER -> role.includes(Role.ADMIN);
        };
    }

    /// Returns the least of the roles that have this right.
    Role least() {
        return switch (this) {
            case JOIN, RENEW, LOOK, FETCH -> Role.VIEWER;
            case STORE, BUILD -> Role.BUILDER;
            case WORK -> Role.WORKER;
            case ADMINISTER -> Role.ADMIN;
        };
    }
}

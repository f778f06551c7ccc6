// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import build.bazel.remote.asset.v1.FetchGrpc;
import build.bazel.remote.asset.v1.PushGrpc;
import build.bazel.remote.execution.v2.ActionCacheGrpc;
import build.bazel.remote.execution.v2.CapabilitiesGrpc;
import build.bazel.remote.execution.v2.ContentAddressableStorageGrpc;
import build.bazel.remote.execution.v2.ExecutionGrpc;
import build.bazel.remote.execution.v2.GetCapabilitiesRequest;
import build.steading.api.v1.BuildsGrpc;
import build.steading.api.v1.EnrolmentGrpc;
import build.steading.api.v1.WorkerGrpc;
import build.steading.auth.Role;
import com.google.bytestream.ByteStreamGrpc;
import com.google.devtools.build.v1.PublishBuildEventGrpc;
import com.google.longrunning.OperationsGrpc;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import java.util.Collection;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class RightTest {
    private static final Set<Role> ALL = Set.of(Role.values());
    private static final Set<Role> VIEWERS = Set.of(Role.VIEWER, Role.BUILDER, Role.ADMIN);
    private static final Set<Role> BUILDERS = Set.of(Role.BUILDER, Role.ADMIN);
    private static final Set<Role> STORERS = Set.of(Role.BUILDER, Role.ADMIN, Role.WORKER);

    static Stream<Arguments> classes() {
        return Stream.of(
                Arguments.of(CapabilitiesGrpc.getGetCapabilitiesMethod(), ALL),
                Arguments.of(ContentAddressableStorageGrpc.getBatchReadBlobsMethod(), ALL),
                Arguments.of(ByteStreamGrpc.getReadMethod(), ALL),
                Arguments.of(ActionCacheGrpc.getGetActionResultMethod(), ALL),
                Arguments.of(OperationsGrpc.getListOperationsMethod(), VIEWERS),
                Arguments.of(ExecutionGrpc.getWaitExecutionMethod(), ALL),
                Arguments.of(ContentAddressableStorageGrpc.getBatchUpdateBlobsMethod(), STORERS),
                Arguments.of(ByteStreamGrpc.getWriteMethod(), STORERS),
                Arguments.of(ExecutionGrpc.getExecuteMethod(), STORERS),
                Arguments.of(OperationsGrpc.getCancelOperationMethod(), STORERS),
                Arguments.of(ActionCacheGrpc.getUpdateActionResultMethod(), BUILDERS),
                Arguments.of(BuildsGrpc.getObserveMethod(), VIEWERS),
                Arguments.of(BuildsGrpc.getSubmitMethod(), BUILDERS),
                Arguments.of(WorkerGrpc.getTakeMethod(), Set.of(Role.WORKER)),
                Arguments.of(EnrolmentGrpc.getRenewMethod(), ALL),
                Arguments.of(EnrolmentGrpc.getCreateTokenMethod(), Set.of(Role.ADMIN)),
                Arguments.of(EnrolmentGrpc.getChangeMemberMethod(), Set.of(Role.ADMIN)));
    }

    @ParameterizedTest
    @MethodSource("classes")
    void methodIsOpenToItsRolesAndToNoOther(MethodDescriptor<?, ?> method, Set<Role> allowed) {
        var right = Right.neededFor(method.getFullMethodName()).orElseThrow();

        assertThat(Role.values()).filteredOn(right::isOf).containsExactlyInAnyOrderElementsOf(allowed);
        assertThat(allowed).contains(right.least());
    }

    @Test
    void workIsForWorkersAlone() {
        assertThat(Role.values()).filteredOn(Right.WORK::isOf).containsExactly(Role.WORKER);
    }

    @Test
    void everyMethodThatIsServedIsInTheTable() {
        var services = Stream.of(
                CapabilitiesGrpc.getServiceDescriptor(),
                ContentAddressableStorageGrpc.getServiceDescriptor(),
                ByteStreamGrpc.getServiceDescriptor(),
                ActionCacheGrpc.getServiceDescriptor(),
                ExecutionGrpc.getServiceDescriptor(),
                OperationsGrpc.getServiceDescriptor(),
                FetchGrpc.getServiceDescriptor(),
                PushGrpc.getServiceDescriptor(),
                PublishBuildEventGrpc.getServiceDescriptor(),
                BuildsGrpc.getServiceDescriptor(),
                WorkerGrpc.getServiceDescriptor(),
                EnrolmentGrpc.getServiceDescriptor());

        assertThat(services.map(ServiceDescriptor::getMethods).flatMap(Collection::stream))
                .allSatisfy(method ->
                        assertThat(Right.neededFor(method.getFullMethodName())).isPresent());
    }

    @Test
    void methodThatIsNotInTheTableIsOpenToNobody() throws Exception {
        var method = CapabilitiesGrpc.getGetCapabilitiesMethod().toBuilder()
                .setFullMethodName("forgotten.Service/Method")
                .build();
        var service = ServerServiceDefinition.builder("forgotten.Service")
                .addMethod(method, ServerCalls.asyncUnaryCall((_, response) -> response.onCompleted()))
                .build();
        var admin = new AuthInterceptor(Authenticator.always(Callers.LOCAL));
        var server = InProcessServerBuilder.forName("forgotten")
                .addService(ServerInterceptors.intercept(service, admin))
                .build()
                .start();
        var channel = InProcessChannelBuilder.forName("forgotten").build();
        try {
            var status = GrpcTest.status(() -> ClientCalls.blockingUnaryCall(
                    channel, method, CallOptions.DEFAULT, GetCapabilitiesRequest.getDefaultInstance()));

            assertThat(status.getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
            assertThat(status.getDescription()).contains("open to nobody");
        } finally {
            channel.shutdownNow();
            server.shutdownNow();
        }
    }
}

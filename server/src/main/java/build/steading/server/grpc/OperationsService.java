// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import com.google.longrunning.CancelOperationRequest;
import com.google.longrunning.GetOperationRequest;
import com.google.longrunning.ListOperationsRequest;
import com.google.longrunning.ListOperationsResponse;
import com.google.longrunning.Operation;
import com.google.longrunning.OperationsGrpc;
import com.google.longrunning.WaitOperationRequest;
import com.google.protobuf.Empty;
import io.grpc.stub.StreamObserver;
import java.time.Duration;

/// Speaks `google.longrunning.Operations` for an [OperationBook]: some clients poll, and this is how to cancel.
final class OperationsService extends OperationsGrpc.OperationsImplBase {
    private static final int MAX_PAGE_SIZE = 500;
    private static final Duration MAX_WAIT = Duration.ofMinutes(1);

    private final OperationBook operations;

    OperationsService(OperationBook operations) {
        this.operations = operations;
    }

    @Override
    public void getOperation(GetOperationRequest request, StreamObserver<Operation> response) {
        response.onNext(find(request.getName()).state().message());
        response.onCompleted();
    }

    @Override
    public void waitOperation(WaitOperationRequest request, StreamObserver<Operation> response) {
        var operation = find(request.getName());
        try {
            operation.awaitEnd(request.hasTimeout() ? patience(request.getTimeout()) : MAX_WAIT);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new SteadingException(new Failure.Unavailable("The server is stopping"));
        }
        response.onNext(operation.state().message());
        response.onCompleted();
    }

    @Override
    public void cancelOperation(CancelOperationRequest request, StreamObserver<Empty> response) {
        find(request.getName()).withdraw("a client");
        response.onNext(Empty.getDefaultInstance());
        response.onCompleted();
    }

    @Override
    public void listOperations(ListOperationsRequest request, StreamObserver<ListOperationsResponse> response) {
        var pageSize = Protos.pageSize(request.getPageSize(), MAX_PAGE_SIZE);
        var page = operations.after(Protos.pageToken(request.getPageToken()), pageSize);
        var answer = ListOperationsResponse.newBuilder();
        page.forEach(operation -> answer.addOperations(operation.state().message()));
        if (page.size() == pageSize) {
            answer.setNextPageToken(Long.toString(page.getLast().number()));
        }
        response.onNext(answer.build());
        response.onCompleted();
    }

    private RunningOperation find(String name) {
        return operations.find(name, Callers.current(), Caller.tenant());
    }

    private static Duration patience(com.google.protobuf.Duration timeout) {
        var asked = Duration.ofSeconds(Math.clamp(timeout.getSeconds(), 0, MAX_WAIT.toSeconds()));
        return asked.isZero() ? Duration.ofNanos(Math.clamp(timeout.getNanos(), 0, 999_999_999)) : asked;
    }
}

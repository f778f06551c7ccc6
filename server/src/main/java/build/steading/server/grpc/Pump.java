// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;

/// Sends a streamed answer no faster than the client takes it. Between two readings of the client no thread waits
/// and one message at most is held, so slow clients are cheap.
///
/// All calls come from gRPC, one at a time.
final class Pump<T> {
    private final ServerCallStreamObserver<T> response;
    private final Source<T> source;
    private boolean ended;

    private Pump(ServerCallStreamObserver<T> response, Source<T> source) {
        this.response = response;
        this.source = source;
    }

    /// Sends all of `source`, now and whenever the client is ready for more, and closes it in the end.
    static <T> void send(Source<T> source, StreamObserver<T> response) {
        var call = (ServerCallStreamObserver<T>) response;
        var pump = new Pump<>(call, source);
        call.setOnReadyHandler(pump::run);
        call.setOnCancelHandler(pump::end);
        pump.run();
    }

    private void run() {
        try {
            while (!ended && response.isReady()) {
                var message = source.next();
                message.ifPresentOrElse(response::onNext, this::complete);
            }
        } catch (RuntimeException e) {
            end();
            throw e;
        }
    }

    private void complete() {
        end();
        response.onCompleted();
    }

    private void end() {
        if (!ended) {
            ended = true;
            source.close();
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package build.steading.client;

import build.steading.digest.Digest;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import com.google.bytestream.ByteStreamGrpc;
import com.google.bytestream.ReadRequest;
import com.google.bytestream.ReadResponse;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.stub.BlockingClientCall;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The bytes of a blob as a server streams them, unverified. A broken stream goes on where it broke, as long as
/// each new one brings something. Not thread-safe.
final class Download extends InputStream {
    private final Connection connection;
    private final Digest digest;
    private @Nullable BlockingClientCall<?, ReadResponse> call;
    private InputStream current = InputStream.nullInputStream();
    private long receivedBytes;
    private int attempt = 1;

    private Download(Connection connection, Digest digest) {
        this.connection = connection;
        this.digest = digest;
    }

    /// Begins to read a blob, of which the server has sent something when this returns.
    ///
    /// @throws SteadingException with `MissingBlobs` if it is absent, `Unavailable` if the server cannot be
    ///     reached
    static Download of(Connection connection, Digest digest) {
        var download = new Download(connection, digest);
        try {
            download.receive();
            return download;
        } catch (StatusException e) {
            if (e.getStatus().getCode() == Status.Code.NOT_FOUND) {
                throw new SteadingException(new Failure.MissingBlobs(Set.of(digest)), e);
            }
            throw Failures.of(e);
        } catch (InterruptedException _) {
            throw Connection.interrupted();
        }
    }

    @Override
    public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        try {
            var n = current.read(buffer, offset, length);
            while (n < 0 && receive()) {
                n = current.read(buffer, offset, length);
            }
            return n;
        } catch (StatusException e) {
            throw new IOException("Blob `%s` cannot be read".formatted(digest), e);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("Interrupted while reading blob `%s`".formatted(digest));
        }
    }

    @Override
    public void close() {
        var open = call;
        if (open != null) {
            open.cancel("Nobody reads on", null);
            call = null;
        }
    }

    /// Takes the next message. Returns whether there was one.
    private boolean receive() throws StatusException, InterruptedException {
        while (true) {
            try {
                var message = open().read();
                if (message == null) {
                    return false;
                }
                current = message.getData().newInput();
                receivedBytes += message.getData().size();
                attempt = 1;
                return true;
            } catch (StatusException e) {
                close();
                var status = Failures.status(e);
                if (!Failures.retryable(status)
                        || attempt >= connection.policy().attempts()) {
                    throw e;
                }
                connection.pauseOrThrow(attempt, status);
                attempt++;
            }
        }
    }

    private BlockingClientCall<?, ReadResponse> open() {
        var open = call;
        if (open == null) {
            var stub = connection.prepare(ByteStreamGrpc.newBlockingV2Stub(connection.channel()));
            open = connection
                    .withDeadline(stub, digest.sizeBytes())
                    .read(ReadRequest.newBuilder()
                            .setResourceName(connection.prefix() + "blobs/" + digest)
                            .setReadOffset(receivedBytes)
                            .build());
            call = open;
        }
        return open;
    }
}

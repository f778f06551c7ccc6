// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import build.steading.blob.BlobStore;
import build.steading.digest.Digest;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import com.google.bytestream.WriteRequest;
import com.google.bytestream.WriteResponse;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One call that uploads one blob, or the rest of it. It ends exactly once: with the blob stored, with the news
/// that it was there already, or with a failure, after which nothing of it is visible.
///
/// Calls come from gRPC, one at a time. An upload of one message is stored on the call's own thread, any other
/// one by a [Transfer], which is kept where the call breaks.
final class Upload implements StreamObserver<WriteRequest> {
    /// How often to look whether somebody else has stored the blob meanwhile.
    private static final long LOOK_AGAIN_BYTES = 8 << 20;

    /// What frames of no content may add.
    private static final long SLACK_BYTES = 1 << 20;

    private final BlobStore blobs;
    private final InstanceNames instances;
    private final long maxBlobBytes;
    private final Transfers transfers;
    private final StreamObserver<WriteResponse> response;

    private volatile String name = "";
    private volatile @Nullable Digest digest;
    private Compression compression = Compression.IDENTITY;
    private volatile @Nullable Transfer transfer;
    private volatile Silence.@Nullable Turn turn;
    private long receivedBytes;
    private long lookAgainAtBytes;
    private boolean finished;

    @GuardedBy("this")
    private boolean ended;

    /// @param transfers the uploads that others began, and where this one is kept if it breaks
    Upload(
            BlobStore blobs,
            InstanceNames instances,
            long maxBlobBytes,
            Transfers transfers,
            StreamObserver<WriteResponse> response) {
        this.blobs = blobs;
        this.instances = instances;
        this.maxBlobBytes = maxBlobBytes;
        this.transfers = transfers;
        this.response = response;
    }

    /// Ends the upload when its client is silent for too long.
    Upload within(Silence silence) {
        turn = silence.begin(() -> giveUp(silence.patience()));
        return this;
    }

    @Override
    public void onNext(WriteRequest message) {
        if (finished || hasEnded()) {
            return;
        }
        turnOfServer();
        try {
            accept(message);
        } catch (RuntimeException e) {
            fail(e);
        }
        if (!finished) {
            turnOfClient();
        }
    }

    private void turnOfServer() {
        var clients = turn;
        if (clients != null) {
            clients.ofServer();
        }
    }

    private void turnOfClient() {
        var clients = turn;
        if (clients != null) {
            clients.ofClient();
        }
    }

    /// What came so far is kept, as if the call had broken.
    private void giveUp(Duration patience) {
        if (end()) {
            keep();
            response.onError(Status.DEADLINE_EXCEEDED
                    .withDescription("Nothing more of `%s` came within %d s; what came is kept for a while"
                            .formatted(name, patience.toSeconds()))
                    .asRuntimeException());
        }
    }

    /// The client says that it has sent everything.
    @Override
    public void onCompleted() {
        if (!finished && end()) {
            keep();
            response.onError(GrpcStatus.ofCall(SteadingException.invalid(
                    "The upload of `%s` ended after %d bytes without `finish_write`", name, receivedBytes)));
        }
    }

    /// The client is gone.
    @Override
    public void onError(Throwable cause) {
        if (end()) {
            keep();
        }
    }

    /// Somebody may go on with what came so far.
    private void keep() {
        var begun = transfer;
        if (begun == null) {
            return;
        }
        if (compression == Compression.IDENTITY) {
            transfers.keep(begun);
        } else {
            begun.abort("The client ended its upload");
        }
    }

    private void accept(WriteRequest message) {
        var begun = digest;
        var blob = begun == null ? begin(message) : begun;
        if (storedMeanwhile(blob)) {
            succeed();
            return;
        }
        if (begun == null && message.getWriteOffset() > 0 && compression == Compression.IDENTITY) {
            resume(message.getWriteOffset());
        }
        check(message, blob);
        receivedBytes += message.getData().size();
        finished = message.getFinishWrite();
        if (transfer == null && finished) {
            storeAtOnce(message, blob);
            succeed();
        } else {
            passOn(message, blob);
        }
    }

    private void storeAtOnce(WriteRequest message, Digest blob) {
        try (var content = compression.expanded(message.getData().newInput(), blob)) {
            blobs.put(blob, content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Looks at the start and now and then whether the blob is there, so that nobody sends what we have.
    private boolean storedMeanwhile(Digest blob) {
        if (receivedBytes < lookAgainAtBytes) {
            return false;
        }
        lookAgainAtBytes = receivedBytes + LOOK_AGAIN_BYTES;
        return blobs.findMissing(Set.of(blob)).isEmpty();
    }

    private Digest begin(WriteRequest message) {
        name = message.getResourceName();
        var resource = ResourceName.ofUpload(name);
        instances.check(resource.instance());
        var blob = resource.digest();
        if (blob.sizeBytes() > maxBlobBytes) {
            throw SteadingException.invalid("Blob `%s` exceeds the limit of %d bytes", blob, maxBlobBytes);
        }
        digest = blob;
        compression = resource.compression();
        return blob;
    }

    private void resume(long offset) {
        transfer = transfers
                .resume(name, offset, this)
                .orElseThrow(() -> SteadingException.invalid(
                        "Write offset %d of `%s` is not 0, and there is no upload to go on with", offset, name));
        receivedBytes = offset;
    }

    private void check(WriteRequest message, Digest blob) {
        if (!message.getResourceName().isEmpty() && !message.getResourceName().equals(name)) {
            throw SteadingException.invalid("An upload of `%s` cannot go on as `%s`", name, message.getResourceName());
        }
        if (message.getWriteOffset() != receivedBytes) {
            throw SteadingException.invalid(
                    "Write offset %d of `%s` is not %d", message.getWriteOffset(), name, receivedBytes);
        }
        var bytes = receivedBytes + message.getData().size();
        if (compression != Compression.IDENTITY) {
            checkCompressed(bytes, blob);
        } else if (bytes > blob.sizeBytes() || (message.getFinishWrite() && bytes < blob.sizeBytes())) {
            throw SteadingException.invalid(
                    "The upload of `%s` has %s %d bytes", name, message.getFinishWrite() ? "only" : "at least", bytes);
        }
    }

    /// Whether the bytes are right shows when they are expanded; that there is an end to them, here.
    private void checkCompressed(long bytes, Digest blob) {
        if (bytes > 2 * blob.sizeBytes() + SLACK_BYTES) {
            throw SteadingException.invalid("The upload of `%s` has more bytes than it can have when compressed", name);
        }
    }

    private void passOn(WriteRequest message, Digest blob) {
        var to = transfer;
        if (to == null) {
            to = transfers.begin(name, blob, compression, this);
            transfer = to;
        }
        try {
            to.offer(message.getData(), finished);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new SteadingException(new Failure.Unavailable("The server is stopping"));
        }
    }

    /// The blob is in the store.
    void succeed() {
        var blob = digest;
        if (blob != null && end()) {
            response.onNext(WriteResponse.newBuilder()
                    .setCommittedSize(committedSize(blob))
                    .build());
            response.onCompleted();
            abort("The blob is stored already");
        }
    }

    /// Returns the bytes as they travelled; -1 for a compressed blob that was there already.
    private long committedSize(Digest blob) {
        if (compression == Compression.IDENTITY) {
            return blob.sizeBytes();
        }
        return finished ? receivedBytes : -1;
    }

    /// The blob cannot be stored like that.
    void fail(RuntimeException cause) {
        if (end()) {
            response.onError(GrpcStatus.ofCall(cause));
            abort("The upload failed");
        }
    }

    private void abort(String reason) {
        var begun = transfer;
        if (begun != null) {
            begun.abort(reason);
        }
    }

    /// Returns whether this call ended the upload, and not an earlier one.
    private synchronized boolean end() {
        var first = !ended;
        ended = true;
        var waiting = turn;
        if (waiting != null) {
            waiting.over();
        }
        return first;
    }

    private synchronized boolean hasEnded() {
        return ended;
    }
}

// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import build.steading.blob.BlobStore;
import build.steading.digest.Digest;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The bytes of one blob on their way into the store. It outlives the call that brings them: where that breaks,
/// another one can go on.
///
/// Thread-safe. A virtual thread stores the bytes as they come. It ends with the transfer: when all are there,
/// when they turn out to be wrong, or when none come for too long.
final class Transfer {
    private final String name;
    private final Digest digest;
    private final Compression compression;
    private final UploadPipe pipe = new UploadPipe();

    @GuardedBy("this")
    private long receivedBytes;

    @GuardedBy("this")
    private @Nullable Upload call;

    /// @param name the resource name by which clients know it
    /// @param call that brings the bytes
    Transfer(String name, Digest digest, Compression compression, Upload call) {
        this.name = name;
        this.digest = digest;
        this.compression = compression;
        this.call = call;
    }

    String name() {
        return name;
    }

    /// Begins to store what comes.
    ///
    /// @param whenEnded called when nothing of it can be gone on with any more
    void start(BlobStore blobs, Runnable whenEnded) {
        Thread.ofVirtual().name("upload").start(() -> store(blobs, whenEnded));
    }

    /// Passes on the next bytes, as fast as the store takes them.
    ///
    /// @param last whether no more come
    void offer(ByteString bytes, boolean last) throws InterruptedException {
        pipe.offer(bytes);
        synchronized (this) {
            receivedBytes += bytes.size();
        }
        if (last) {
            pipe.complete();
        }
    }

    synchronized long receivedBytes() {
        return receivedBytes;
    }

    /// Returns whether no call brings bytes at present.
    synchronized boolean isBroken() {
        return call == null;
    }

    /// Notes which call brings the bytes from now on; null if it broke.
    synchronized void broughtBy(@Nullable Upload other) {
        call = other;
    }

    /// Gives up: nothing of it is stored.
    void abort(String reason) {
        pipe.abort(reason);
    }

    private void store(BlobStore blobs, Runnable whenEnded) {
        try (var content = compression.expanded(pipe, digest)) {
            blobs.put(digest, content);
            whenEnded.run();
            tell(Upload::succeed);
        } catch (IOException e) {
            whenEnded.run();
            tell(upload -> upload.fail(new UncheckedIOException(e)));
        } catch (RuntimeException e) {
            whenEnded.run();
            tell(upload -> upload.fail(e));
        }
    }

    private void tell(Consumer<Upload> news) {
        Upload listener;
        synchronized (this) {
            listener = call;
        }
        if (listener != null) {
            news.accept(listener);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package build.steading.conformance;

import static build.steading.conformance.Check.info;
import static build.steading.conformance.Check.must;
import static build.steading.conformance.Check.should;
import static io.grpc.Status.Code.INVALID_ARGUMENT;
import static io.grpc.Status.Code.NOT_FOUND;
import static io.grpc.Status.Code.OK;
import static io.grpc.Status.Code.OUT_OF_RANGE;

import com.google.bytestream.QueryWriteStatusRequest;
import com.google.bytestream.QueryWriteStatusResponse;
import com.google.protobuf.ByteString;
import java.util.List;
import java.util.UUID;

/// Blobs written by stream.
final class WriteChecks {
    private static final int MIB = 1 << 20;

    /// The default limit of gRPC's clients.
    private static final int MAX_MESSAGE_BYTES = 4 << 20;

    private static final int LEAVE_BYTES = 3 * MIB;

    private WriteChecks() {}

    static List<Check> all() {
        return List.of(
                must("B01", "5 MB arrive and come back, in messages below 4 MiB", WriteChecks::roundTrip),
                must("B02", "Resource names work without an instance name", WriteChecks::withoutInstance),
                must("B03", "Other bytes than the digest says are refused", WriteChecks::otherBytes),
                must("B04", "Fewer bytes than the digest says are refused", WriteChecks::fewerBytes),
                must("B05", "More bytes than the digest says are refused", WriteChecks::moreBytes),
                must("B06", "A blob that is there already is accepted again", WriteChecks::again),
                must("B07", "An upload that never finishes leaves nothing to see", WriteChecks::unfinished),
                should("B08", "The status of a finished upload is its size", WriteChecks::statusWhenComplete),
                should("B09", "The status of an unknown upload is nothing", WriteChecks::statusOfUnknown),
                should("B10", "A broken upload goes on where it broke", WriteChecks::resumes),
                must("B11", "An upload from the middle on is refused", WriteChecks::fromTheMiddle),
                must("B12", "Resource names may end in what clients like", WriteChecks::suffix),
                must("B21", "Two may upload the same blob at the same time", WriteChecks::together),
                must("B22", "The empty blob may be written", WriteChecks::empty),
                info("B23", "An instance name of several segments", WriteChecks::segments));
    }

    private static String roundTrip(Target target) throws InterruptedException {
        var blob = Blob.random(5_000_000);
        store(target, blob, MIB);
        var largest = 0;
        var all = ByteString.EMPTY;
        for (var part : target.blobs().messages(target.blobs().downloadName(blob.digest()), 0, 0)) {
            largest = Math.max(largest, part.size());
            all = all.concat(part);
        }
        Expect.equal("Content", blob.data(), all);
        Expect.that(largest < MAX_MESSAGE_BYTES - 100, "a message of %d bytes", largest);
        return "messages of at most %d bytes".formatted(largest);
    }

    private static void store(Target target, Blob blob, int chunkBytes) throws InterruptedException {
        var end = target.blobs().upload(blob).inChunks(blob.data(), chunkBytes).end();
        Expect.oneOf(end.status(), OK);
        Expect.equal("Committed", blob.digest().getSizeBytes(), end.committedSize());
    }

    /// Messages of an odd size: nothing in the protocol asks for round ones.
    private static String withoutInstance(Target target) throws InterruptedException {
        var bare = target.instance("");
        var blob = Blob.random(5_000);
        store(bare, blob, 1_237);
        Expect.equal("Content", blob.data(), bare.blobs().read(blob.digest()));
        return "";
    }

    private static String otherBytes(Target target) throws InterruptedException {
        var claimed = new Blob(Blob.nowhere(500), Blob.random(500).data());
        return refused(target, claimed);
    }

    private static String refused(Target target, Blob claimed, io.grpc.Status.Code... more)
            throws InterruptedException {
        var end = target.blobs().upload(claimed).whole(claimed.data()).end();
        var codes = java.util.Arrays.copyOf(more, more.length + 1);
        codes[more.length] = INVALID_ARGUMENT;
        var seen = Expect.oneOf(end.status(), codes);
        Expect.that(!target.blobs().has(claimed.digest()), "stored");
        return seen;
    }

    private static String fewerBytes(Target target) throws InterruptedException {
        var blob = Blob.random(500);
        return refused(target, new Blob(blob.digest(), blob.data().substring(0, 400)));
    }

    private static String moreBytes(Target target) throws InterruptedException {
        var blob = Blob.random(500);
        return refused(target, new Blob(blob.digest(), blob.data().concat(blob.data())), OUT_OF_RANGE);
    }

    private static String again(Target target) throws InterruptedException {
        var blob = Blob.random(3 * MIB);
        store(target, blob, MIB);
        // The server may answer before everything was sent, and need not wait for the client's end.
        var upload = target.blobs().upload(blob).send(blob.data().substring(0, MIB), false);
        var end = upload.whole(blob.data().substring(MIB)).await();
        Expect.oneOf(end.status(), OK);
        Expect.equal("Committed", blob.digest().getSizeBytes(), end.committedSize());
        return "";
    }

    private static String unfinished(Target target) throws InterruptedException {
        var blob = Blob.random(5_000);
        var end = target.blobs()
                .upload(blob)
                .send(blob.data().substring(0, 4_000), false)
                .end();
        Expect.that(!end.status().isOk() || end.committedSize() < blob.size(), "OK with %d bytes", end.committedSize());
        Expect.that(!target.blobs().has(blob.digest()), "stored");
        return Expect.describe(end.status());
    }

    private static QueryWriteStatusResponse status(Target target, String name) {
        return target.bytes()
                .queryWriteStatus(QueryWriteStatusRequest.newBuilder()
                        .setResourceName(name)
                        .build());
    }

    private static String statusWhenComplete(Target target) throws InterruptedException {
        var blob = Blob.random(500);
        var name = target.blobs().uploadName(blob, UUID.randomUUID().toString());
        Expect.oneOf(new Upload(target, name).whole(blob.data()).end().status(), OK);
        var status = status(target, name);
        Expect.that(status.getComplete(), "not complete");
        Expect.equal("Committed", 500L, status.getCommittedSize());
        return "";
    }

    private static String statusOfUnknown(Target target) throws Exception {
        var name = target.blobs().uploadName(Blob.random(500), UUID.randomUUID().toString());
        var answer = Expect.statusOf(() -> {
            var status = status(target, name);
            Expect.equal("Committed", 0L, status.getCommittedSize());
            return Expect.class;
        });
        return Expect.oneOf(answer, OK, NOT_FOUND);
    }

    private static String resumes(Target target) throws InterruptedException {
        var blob = Blob.random(2 * LEAVE_BYTES);
        var name = target.blobs().uploadName(blob, UUID.randomUUID().toString());
        var broken = new Upload(target, name);
        for (var sent = 0; sent < LEAVE_BYTES; sent += MIB) {
            broken.send(blob.data().substring(sent, sent + MIB), false);
        }
        awaitSome(target, name);
        broken.cancel();
        // What arrived before the end may still be on its way into the store.
        var kept = settled(target, name);
        var end = new Upload(target, name)
                .from(kept)
                .whole(blob.data().substring(Math.toIntExact(kept)))
                .end();
        Expect.oneOf(end.status(), OK);
        Expect.equal("Content", blob.data(), target.blobs().read(blob.digest()));
        Expect.that(kept > 0, "all is to be sent again");
        return "from byte %d on".formatted(kept);
    }

    private static void awaitSome(Target target, String name) throws InterruptedException {
        for (var i = 0; i < 40 && committed(target, name) == 0; i++) {
            Thread.sleep(50);
        }
    }

    private static long settled(Target target, String name) throws InterruptedException {
        var before = -1L;
        var now = committed(target, name);
        while (before != now) {
            Thread.sleep(100);
            before = now;
            now = committed(target, name);
        }
        return now;
    }

    private static long committed(Target target, String name) {
        try {
            return status(target, name).getCommittedSize();
        } catch (io.grpc.StatusRuntimeException e) {
            Expect.oneOf(e.getStatus(), NOT_FOUND);
            return 0;
        }
    }

    private static String fromTheMiddle(Target target) throws InterruptedException {
        var blob = Blob.random(5_000);
        var end = target.blobs()
                .upload(blob)
                .from(2_000)
                .whole(blob.data().substring(2_000))
                .end();
        Expect.that(!end.status().isOk(), "accepted");
        Expect.that(!target.blobs().has(blob.digest()), "stored");
        return Expect.describe(end.status());
    }

    private static String suffix(Target target) throws InterruptedException {
        var blob = Blob.random(500);
        var name = target.blobs().uploadName(blob, UUID.randomUUID().toString()) + "/some/more.txt";
        Expect.oneOf(new Upload(target, name).whole(blob.data()).end().status(), OK);
        Expect.that(target.blobs().has(blob.digest()), "not stored");
        return "";
    }

    private static String together(Target target) throws InterruptedException {
        var blob = Blob.random(200_000);
        var one = target.blobs().upload(blob);
        var other = target.blobs().upload(blob);
        for (var sent = 0; sent < 200_000; sent += 50_000) {
            var part = blob.data().substring(sent, sent + 50_000);
            one.send(part, sent == 150_000);
            other.send(part, sent == 150_000);
        }
        for (var end : List.of(one.end(), other.end())) {
            Expect.oneOf(end.status(), OK);
            Expect.equal("Committed", 200_000L, end.committedSize());
        }
        Expect.equal("Content", blob.data(), target.blobs().read(blob.digest()));
        return "";
    }

    private static String empty(Target target) throws InterruptedException {
        store(target, Blob.EMPTY, MIB);
        return "";
    }

    private static String segments(Target target) throws Exception {
        var other = target.instance("several/segments/deep");
        var blob = Blob.random(500);
        var status = Expect.statusOf(() -> {
            store(other, blob, MIB);
            return other.blobs().read(blob.digest());
        });
        return Expect.describe(status);
    }
}

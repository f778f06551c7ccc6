// SPDX-License-Identifier: Apache-2.0
package build.steading.build;

import static org.assertj.core.api.Assertions.assertThat;

import build.steading.blob.BlobStore;
import build.steading.blob.Blobs;
import build.steading.blob.MemoryBlobStore;
import build.steading.digest.Digest;
import build.steading.project.Project;
import build.steading.tree.Node;
import build.steading.tree.TreeDraft;
import build.steading.tree.Trees;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PlansTest {
    private final MemoryBlobStore blobs = new MemoryBlobStore();
    private final Trees trees = new Trees(blobs, 0);
    private final CountDownLatch reading = new CountDownLatch(1);
    private final CountDownLatch readable = new CountDownLatch(1);
    private final AtomicInteger reads = new AtomicInteger();
    private final Plans plans = new Plans(new Slow(), trees);

    @Test
    void definitionIsReadOnceHoweverManyAskForItAtTheSameTime() throws Exception {
        var file = Blobs.put(blobs, "project: p\ntasks: {t: {run: make}}\n".getBytes(StandardCharsets.UTF_8));
        var draft = new TreeDraft();
        draft.put("steading.yaml", new Node.File(file, false));
        var root = draft.store(trees);
        var first = new FutureTask<Project>(() -> plans.inTree(root, "here"));
        var second = new FutureTask<Project>(() -> plans.inTree(root, "here"));

        Thread.ofPlatform().start(first);
        reading.await();
        var waiting = Thread.ofPlatform().start(second);
        while (waiting.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        readable.countDown();

        assertThat(second.get()).isSameAs(first.get());
        assertThat(reads).hasValue(1);
    }

    /// Lets nobody read before he may.
    private final class Slow implements BlobStore {
        @Override
        public Set<Digest> findMissing(Set<Digest> digests) {
            return blobs.findMissing(digests);
        }

        @Override
        public InputStream open(Digest digest) {
            reads.incrementAndGet();
            reading.countDown();
            try {
                readable.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return blobs.open(digest);
        }

        @Override
        public void put(Digest digest, InputStream content) {
            blobs.put(digest, content);
        }
    }
}

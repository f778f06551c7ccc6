// SPDX-License-Identifier: Apache-2.0
package build.steading.action;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import build.bazel.remote.execution.v2.ActionResult;
import build.bazel.remote.execution.v2.Directory;
import build.bazel.remote.execution.v2.ExecutedActionMetadata;
import build.bazel.remote.execution.v2.OutputDirectory;
import build.bazel.remote.execution.v2.OutputFile;
import build.bazel.remote.execution.v2.Tree;
import build.steading.api.v1.ExecutionDetails;
import build.steading.blob.BlobStore;
import build.steading.blob.Blobs;
import build.steading.blob.MemoryBlobStore;
import build.steading.digest.Digest;
import build.steading.digest.Digests;
import build.steading.tree.DirectoryBuilder;
import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class CompleteActionCacheTest extends ActionCacheContract {
    private static final Digest ACTION = Digest.of("action".getBytes(UTF_8));
    private static final Digest GONE = Digest.of("gone".getBytes(UTF_8));

    private final Watched blobs = new Watched();
    private final ActionCache cache = new CompleteActionCache(new MemoryActionCache(10), blobs);
    private final Digest file = Blobs.put(blobs, "file".getBytes(UTF_8));
    private final Digest deep = Blobs.put(blobs, "deep".getBytes(UTF_8));

    @Override
    protected ActionCache newCache() {
        return cache;
    }

    private void assertHit(ActionResult.Builder result) {
        cache.put(ACTION, result.build());
        assertThat(cache.find(ACTION)).contains(result.build());
    }

    private void assertMiss(ActionResult.Builder result) {
        cache.put(ACTION, result.build());
        assertThat(cache.find(ACTION)).isEmpty();
    }

    @Test
    void outputFilesAreChecked() {
        assertHit(outputFile(file));
        assertMiss(outputFile(GONE));
        assertMiss(outputFile(file)
                .addOutputFiles(OutputFile.newBuilder().setPath("b").setDigest(Digests.toProto(GONE))));
    }

    @Test
    void standardOutputAndErrorAreChecked() {
        assertHit(ActionResult.newBuilder()
                .setStdoutDigest(Digests.toProto(file))
                .setStderrDigest(Digests.toProto(Digest.EMPTY)));
        assertMiss(ActionResult.newBuilder().setStdoutDigest(Digests.toProto(GONE)));
        assertMiss(ActionResult.newBuilder().setStderrDigest(Digests.toProto(GONE)));
    }

    @Test
    void logIsChecked() {
        assertHit(log(file));
        assertMiss(log(GONE));
    }

    @Test
    void resultThatNamesNoDigestIsAMiss() {
        assertMiss(
                ActionResult.newBuilder().addOutputFiles(OutputFile.newBuilder().setPath("a")));
        assertMiss(ActionResult.newBuilder()
                .addOutputDirectories(OutputDirectory.newBuilder().setPath("a")));
        assertMiss(ActionResult.newBuilder()
                .setExecutionMetadata(ExecutedActionMetadata.newBuilder()
                        .addAuxiliaryMetadata(Any.pack(ExecutionDetails.getDefaultInstance()).toBuilder()
                                .setValue(ByteString.copyFromUtf8("?")))));
    }

    @Nested
    class Trees {
        @Test
        void everyFileIsChecked() {
            assertHit(tree(treeOf(file, deep)));
            assertMiss(tree(treeOf(GONE, deep)));
            assertMiss(tree(treeOf(file, GONE)));
        }

        @Test
        void treeItselfIsChecked() {
            assertMiss(tree(GONE));
        }

        @Test
        void blobThatIsNoTreeIsAMiss() {
            assertMiss(tree(Blobs.put(blobs, new byte[] {(byte) 0xff})));
        }

        @Test
        void blobFoundBadWhileReadingIsAMiss() {
            var tree = treeOf(file, deep);
            blobs.bad = tree;

            assertMiss(tree(tree));
        }

        @Test
        void twoQuestionsAreEnough() {
            var result = tree(treeOf(file, deep)).setStdoutDigest(Digests.toProto(file));
            cache.put(ACTION, result.build());
            blobs.questions.clear();

            assertThat(cache.find(ACTION)).isPresent();
            assertThat(blobs.questions).containsExactly(Set.of(treeOf(file, deep), file), Set.of(deep));
        }

        @Test
        void treeIsReadOnce() {
            cache.put(ACTION, tree(treeOf(file, deep)).build());
            assertThat(cache.find(ACTION)).isPresent();
            assertThat(cache.find(ACTION)).isPresent();

            assertThat(blobs.opened).containsExactly(treeOf(file, deep));
        }

        @Test
        void filesOfAKnownTreeAreCheckedAgain() {
            cache.put(ACTION, tree(treeOf(file, deep)).build());
            assertThat(cache.find(ACTION)).isPresent();

            blobs.lost.add(deep);
            assertThat(cache.find(ACTION)).isEmpty();
        }
    }

    @Nested
    class Directories {
        @Test
        void everyFileIsChecked() {
            assertHit(directory(directoryOf(file, deep)));
            assertMiss(directory(directoryOf(GONE, deep)));
            assertMiss(directory(directoryOf(file, GONE)));
        }

        @Test
        void everyDirectoryIsChecked() {
            var root = Blobs.put(
                    blobs, new DirectoryBuilder().directory("sub", GONE).build());

            assertMiss(directory(GONE));
            assertMiss(directory(root));
        }

        @Test
        void oneQuestionALevelIsEnough() {
            cache.put(ACTION, directory(directoryOf(file, deep)).build());
            blobs.questions.clear();

            assertThat(cache.find(ACTION)).isPresent();
            assertThat(blobs.questions).hasSize(3);
        }

        @Test
        void directoryThatIsAnOutputFileAsWellIsStillLookedInto() {
            var sub = Blobs.put(
                    blobs, new DirectoryBuilder().file("f", GONE, false).build());
            var root = Blobs.put(
                    blobs, new DirectoryBuilder().directory("sub", sub).build());

            assertMiss(directory(root)
                    .addOutputFiles(OutputFile.newBuilder().setPath("b").setDigest(Digests.toProto(sub))));
        }
    }

    private static ActionResult.Builder outputFile(Digest digest) {
        return ActionResult.newBuilder()
                .addOutputFiles(OutputFile.newBuilder().setPath("a").setDigest(Digests.toProto(digest)));
    }

    private static ActionResult.Builder log(Digest digest) {
        var details = ExecutionDetails.newBuilder().setLogDigest(Digests.toProto(digest));
        return ActionResult.newBuilder()
                .setExecutionMetadata(
                        ExecutedActionMetadata.newBuilder().addAuxiliaryMetadata(Any.pack(details.build())));
    }

    private static ActionResult.Builder tree(Digest tree) {
        return ActionResult.newBuilder()
                .addOutputDirectories(OutputDirectory.newBuilder().setPath("d").setTreeDigest(Digests.toProto(tree)));
    }

    private static ActionResult.Builder directory(Digest root) {
        return ActionResult.newBuilder()
                .addOutputDirectories(
                        OutputDirectory.newBuilder().setPath("d").setRootDirectoryDigest(Digests.toProto(root)));
    }

    private Digest treeOf(Digest top, Digest below) {
        var sub = new DirectoryBuilder().file("below", below, false).build();
        return Blobs.put(
                blobs,
                Tree.newBuilder().setRoot(rootOf(top, sub)).addChildren(sub).build());
    }

    private Digest directoryOf(Digest top, Digest below) {
        var sub = new DirectoryBuilder().file("below", below, false).build();
        Blobs.put(blobs, sub);
        return Blobs.put(blobs, (MessageLite) rootOf(top, sub));
    }

    private static Directory rootOf(Digest top, Directory sub) {
        return new DirectoryBuilder()
                .file("top", top, false)
                .directory("sub", Digest.of(sub))
                .build();
    }

    /// Notes what it is asked, and loses what it is told to.
    private static final class Watched implements BlobStore {
        private final MemoryBlobStore next = new MemoryBlobStore();
        private final List<Set<Digest>> questions = new ArrayList<>();
        private final List<Digest> opened = new ArrayList<>();
        private final Set<Digest> lost = new HashSet<>();
        private Digest bad = GONE;

        @Override
        public Set<Digest> findMissing(Set<Digest> digests) {
            questions.add(digests);
            var missing = new HashSet<>(digests);
            missing.retainAll(lost);
            missing.addAll(next.findMissing(digests));
            return missing;
        }

        @Override
        public InputStream open(Digest digest) {
            opened.add(digest);
            if (digest.equals(bad)) {
                lost.add(bad);
                return new Broken();
            }
            return next.open(digest);
        }

        @Override
        public void put(Digest digest, InputStream content) {
            next.put(digest, content);
        }
    }

    private static final class Broken extends InputStream {
        @Override
        public int read() throws IOException {
            throw new IOException("The bytes are bad");
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            return read();
        }
    }
}

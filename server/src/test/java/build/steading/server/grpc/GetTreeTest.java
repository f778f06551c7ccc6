// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import build.bazel.remote.execution.v2.ContentAddressableStorageGrpc;
import build.bazel.remote.execution.v2.Directory;
import build.bazel.remote.execution.v2.GetTreeRequest;
import build.bazel.remote.execution.v2.GetTreeResponse;
import build.steading.blob.Blobs;
import build.steading.digest.Digest;
import build.steading.tree.DirectoryBuilder;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class GetTreeTest extends GrpcTest {
    private final Directory leaf =
            new DirectoryBuilder().file("f", Digest.of(bytes(10, 1)), false).build();
    private final Directory middle =
            new DirectoryBuilder().directory("leaf", Digest.of(leaf)).build();
    private final Directory root = new DirectoryBuilder()
            .directory("a", Digest.of(middle))
            .directory("b", Digest.of(leaf))
            .build();

    @Test
    @DisplayName("G01: the root and every distinct descendant, once")
    void everyDirectoryComesOnce() throws Exception {
        putAll();

        assertThat(directories(tree(request(root)))).containsExactlyInAnyOrder(root, middle, leaf);
    }

    @Test
    @DisplayName("G02: pages hold no more than was asked for, and any of them can be resumed after")
    void pagesCanBeResumed() throws Exception {
        putAll();
        var one = request(root).toBuilder().setPageSize(1).build();

        var pages = tree(one);

        assertThat(pages)
                .hasSize(3)
                .allSatisfy(page -> assertThat(page.getDirectoriesCount()).isEqualTo(1));
        assertThat(pages.getLast().getNextPageToken()).isEmpty();
        var resumed = tree(one.toBuilder()
                .setPageToken(pages.getFirst().getNextPageToken())
                .build());
        assertThat(directories(resumed)).isEqualTo(directories(pages.subList(1, 3)));
    }

    @Test
    @DisplayName("G03: an absent root is not found")
    void absentRootIsNotFound() {
        assertFails(Status.Code.NOT_FOUND, () -> tree(request(root)));
    }

    @Test
    @DisplayName("G04: an absent subtree is left out")
    void absentSubtreeIsLeftOut() throws Exception {
        Blobs.put(blobs, root);
        Blobs.put(blobs, leaf);

        assertThat(directories(tree(request(root)))).containsExactlyInAnyOrder(root, leaf);
    }

    @Test
    @DisplayName("G05: the empty directory is a tree of one")
    void emptyDirectoryIsATree() throws Exception {
        assertThat(directories(tree(request(Directory.getDefaultInstance()))))
                .containsExactly(Directory.getDefaultInstance());
    }

    @Test
    void garbageIsNoTree() {
        var garbage = Blobs.put(blobs, new byte[] {0, 1, 2});

        assertFails(
                Status.Code.INVALID_ARGUMENT,
                () -> tree(GetTreeRequest.newBuilder()
                        .setRootDigest(proto(garbage))
                        .build()));
    }

    @Test
    void foreignPageTokenIsRefused() {
        putAll();

        assertFails(
                Status.Code.INVALID_ARGUMENT,
                () -> tree(request(root).toBuilder().setPageToken("mine").build()));
    }

    private void putAll() {
        Blobs.put(blobs, root);
        Blobs.put(blobs, middle);
        Blobs.put(blobs, leaf);
    }

    private static GetTreeRequest request(Directory root) {
        return GetTreeRequest.newBuilder().setRootDigest(proto(Digest.of(root))).build();
    }

    private List<GetTreeResponse> tree(GetTreeRequest request) throws Exception {
        var call = ContentAddressableStorageGrpc.newBlockingV2Stub(channel).getTree(request);
        var pages = new ArrayList<GetTreeResponse>();
        while (call.hasNext()) {
            pages.add(call.read());
        }
        return pages;
    }

    private static List<Directory> directories(List<GetTreeResponse> pages) {
        return pages.stream()
                .flatMap(page -> page.getDirectoriesList().stream())
                .toList();
    }
}

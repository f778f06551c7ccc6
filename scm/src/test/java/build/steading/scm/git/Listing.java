// SPDX-License-Identifier: Apache-2.0
package build.steading.scm.git;

import static java.nio.charset.StandardCharsets.UTF_8;

import build.bazel.remote.execution.v2.Directory;
import build.steading.blob.BlobStore;
import build.steading.blob.Blobs;
import build.steading.digest.Digest;
import build.steading.digest.Digests;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Trees as plain maps from path to mode and content, so that ours can be compared with git's.
final class Listing {
    private Listing() {}

    /// Lists a Merkle tree, all of whose blobs must be in the store.
    static Map<String, String> of(BlobStore blobs, Digest root) throws IOException {
        var listing = new TreeMap<String, String>();
        add(listing, blobs, "", root);
        return listing;
    }

    /// Lists a tree as git itself sees it, without submodules.
    static Map<String, String> of(Git git, String treeish) {
        var listing = new TreeMap<String, String>();
        var lines = new String(git.bytes("ls-tree", "-r", "-z", "--full-tree", treeish), UTF_8);
        for (var line : lines.isEmpty() ? List.<String>of() : List.of(lines.split("\0", 0))) {
            var words = List.of(line.substring(0, line.indexOf('\t')).split(" ", -1));
            if (!words.getFirst().equals("160000")) {
                var content = git.bytes("cat-file", "blob", words.get(2));
                listing.put(line.substring(line.indexOf('\t') + 1), words.getFirst() + " " + text(content));
            }
        }
        return listing;
    }

    private static void add(Map<String, String> listing, BlobStore blobs, String path, Digest digest)
            throws IOException {
        var directory = Directory.parseFrom(Blobs.read(blobs, digest));
        for (var file : directory.getFilesList()) {
            var content = text(Blobs.read(blobs, Digests.fromProto(file.getDigest())));
            listing.put(path + file.getName(), (file.getIsExecutable() ? "100755 " : "100644 ") + content);
        }
        for (var link : directory.getSymlinksList()) {
            listing.put(path + link.getName(), "120000 " + text(link.getTarget().getBytes(UTF_8)));
        }
        for (var child : directory.getDirectoriesList()) {
            add(listing, blobs, path + child.getName() + "/", Digests.fromProto(child.getDigest()));
        }
    }

    /// Every byte a character, so that nothing is lost.
    private static String text(byte[] content) {
        return new String(content, StandardCharsets.ISO_8859_1);
    }
}

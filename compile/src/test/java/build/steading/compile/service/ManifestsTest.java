// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import build.bazel.remote.execution.v2.ActionResult;
import build.steading.blob.MemoryBlobStore;
import build.steading.compile.files.FileTable;
import build.steading.compile.service.Manifests.Manifest;
import build.steading.compile.toolchain.Toolchains;
import build.steading.digest.Digest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ManifestsTest {
    private final FileTable files = FileTable.looking(new MemoryBlobStore());
    private final Toolchains toolchains = new Toolchains(path -> files.look(path.toString()));

    @BeforeEach
    void needsGcc() {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/gcc")), "There is no `gcc`");
    }

    @Test
    void whatWasNotAskedForTheLongestGoes() throws Exception {
        var manifests = new Manifests(9);
        manifests.put(key("a"), manifest(2));
        manifests.put(key("b"), manifest(2));
        manifests.put(key("c"), manifest(2));
        assertThat(manifests.find(key("a"))).isPresent();
        manifests.put(key("d"), manifest(2));
        assertThat(manifests.find(key("b"))).isEmpty();
        assertThat(manifests.find(key("a"))).isPresent();
        assertThat(manifests.find(key("c"))).isPresent();
        assertThat(manifests.find(key("d"))).isPresent();
        manifests.put(key("e"), manifest(5));
        assertThat(manifests.find(key("d"))).isPresent();
        assertThat(manifests.find(key("e"))).isPresent();
        assertThat(manifests.find(key("c"))).isEmpty();
    }

    @Test
    void whatTakesThePlaceOfAnotherCountsOnce() throws Exception {
        var manifests = new Manifests(6);
        manifests.put(key("a"), manifest(2));
        for (var i = 0; i < 10; i++) {
            manifests.put(key("b"), manifest(2).with(ActionResult.getDefaultInstance()));
        }
        assertThat(manifests.find(key("a"))).isPresent();
        assertThat(manifests.find(key("b")).orElseThrow().result()).isPresent();
    }

    @Test
    void newestStaysHoweverLargeItIs() throws Exception {
        var manifests = new Manifests(6);
        manifests.put(key("a"), manifest(2));
        manifests.put(key("b"), manifest(100));
        assertThat(manifests.find(key("a"))).isEmpty();
        assertThat(manifests.find(key("b"))).isPresent();
        manifests.put(key("c"), manifest(2));
        assertThat(manifests.find(key("b"))).isEmpty();
        assertThat(manifests.find(key("c"))).isPresent();
    }

    private Manifests.Key key(String source) throws Exception {
        var toolchain = toolchains.find(Lines.typed("gcc", Path.of("/")).call());
        return new Manifests.Key(toolchain, "/", List.of("gcc", "-c", source), Map.of());
    }

    private Manifest manifest(int names) {
        var seen = files.snapshot();
        for (var i = 0; i < names; i++) {
            seen.absent("/nowhere/" + i);
        }
        return new Manifest(seen.build(), Digest.EMPTY, new Placement(""), Map.of(), Optional.empty());
    }
}

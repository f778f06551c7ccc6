// SPDX-License-Identifier: Apache-2.0
package build.steading.cli;

import build.steading.blob.BlobStore;
import build.steading.blob.PassingBlobStore;
import build.steading.blob.ReadThroughBlobStore;
import build.steading.client.RemoteCluster;
import build.steading.compile.files.FileTable;
import build.steading.compile.service.Compiles;
import build.steading.compile.service.Entrance;
import build.steading.compile.toolchain.Toolchains;
import build.steading.execute.ActionExecutor;
import build.steading.tree.Trees;
import build.steading.worker.host.Host;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;

/// Wires what is behind `steading cc`.
final class Compilers {
    private static final long TREES_REMEMBERED_BYTES = 4 << 20;

    private Compilers() {}

    /// @param stores of this machine, and behind them the farm's
    /// @param farm where compiles run
    /// @param isFarm whether that is this very machine
    /// @param unable why no compile can run there, if that is so
    static Compiles open(Stores stores, ActionExecutor farm, boolean isFarm, Optional<String> unable) {
        return open(stores, farm, isFarm, unable, Optional.empty());
    }

    /// Has compiles run on a farm of other machines.
    ///
    /// @param local keeps results
    /// @param passingBytes of memory for what is on its way there
    static Compiles member(BlobStore local, long passingBytes, RemoteCluster farm, InstantSource clock) {
        var passing = new PassingBlobStore(local, passingBytes);
        var blobs = new ReadThroughBlobStore(passing, farm.blobs());
        var trees = new Trees(blobs, TREES_REMEMBERED_BYTES);
        var stores = new Stores(blobs, trees, new ReadThroughBlobStore(local, farm.blobs()));
        return open(stores, farm.executor(passing, trees, clock), false, Optional.empty());
    }

    /// @param cluster where compiles run, which knows nothing of them
    /// @param platform what it is told of the machine that it needs
    static Compiles abroad(Stores stores, ActionExecutor cluster, Map<String, String> platform) {
        var program = Optional.ofNullable(System.getProperty("steading.dist"))
                .map(dist -> Path.of(dist, "steading"))
                .filter(Files::isExecutable);
        Optional<String> unable =
                program.isPresent() ? Optional.empty() : Optional.of("the launcher in C is needed there");
        return open(stores, cluster, false, unable, program.map(file -> new Entrance(file, platform)));
    }

    private static Compiles open(
            Stores stores, ActionExecutor farm, boolean isFarm, Optional<String> unable, Optional<Entrance> entrance) {
        var files = FileTable.watching(stores.blobs());
        var toolchains = new Toolchains(path -> files.look(path.toString()));
        return new Compiles(
                new Compiles.Parts(
                        files,
                        toolchains,
                        stores.blobs(),
                        stores.outputs(),
                        stores.trees(),
                        farm,
                        System.getProperty("user.name")),
                new Compiles.Settings(
                        Runtime.getRuntime().availableProcessors(), "linux", Host.arch(), isFarm, unable, entrance));
    }

    /// Where compiles' inputs are put, and where their results are kept.
    record Stores(BlobStore blobs, Trees trees, BlobStore outputs) {
        Stores(BlobStore blobs, Trees trees) {
            this(blobs, trees, blobs);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package build.steading.cli;

import build.steading.blob.BlobStore;
import build.steading.blob.Durability;
import build.steading.blob.FileBlobStore;
import build.steading.blob.LocalBlobs;
import build.steading.blob.Pins;
import build.steading.blob.pack.PackedBlobStore;
import build.steading.cli.door.Home;
import build.steading.lifecycle.Resources;
import java.nio.file.Files;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/// The blobs of a process, below `cas/` of its home.
///
/// @param blobs the store, for clients
/// @param own the same store, for what the process itself stores and can make again
/// @param pins what the store must not evict
/// @param usedBytes how much the store takes up
record Storage(BlobStore blobs, BlobStore own, Pins pins, LongSupplier usedBytes) {
    private static final Duration GRACE = Duration.ofHours(2);

    /// Packs get this share of a store's room.
    private static final int PACKS_SHARE = 4;

    /// A store that a worker in the same process can link files from.
    ///
    /// @param local the same store
    record WithFiles(Storage storage, LocalBlobs local) {}

    /// Opens a file per blob. What a power failure spoils is made again.
    static WithFiles files(Home home, Resources resources, InstantSource clock) {
        var directory = Place.in(home, "cas");
        var pins = new Pins();
        var config = new FileBlobStore.Config(directory, Place.share(directory), GRACE, Durability.NONE);
        var files = resources.add(new FileBlobStore(config, pins, clock));
        return new WithFiles(new Storage(files, files, pins, files::usedBytes), files);
    }

    /// Opens a store for clients who rely on what they were told is stored: small blobs in packs, the others, and
    /// what there was before, in files.
    static Storage durable(Home home, Resources resources, InstantSource clock) {
        var directory = Place.in(home, "cas");
        var pins = new Pins();
        var share = Place.share(directory);
        var filesBefore = Files.exists(directory.resolve("blobs"));
        var packsShare = share / PACKS_SHARE;
        var filesConfig = new FileBlobStore.Config(directory, share - packsShare, GRACE, Durability.EACH);
        var files = resources.add(new FileBlobStore(filesConfig, pins, clock));
        var packsConfig = new PackedBlobStore.Config(
                directory, packsShare, GRACE, Durability.EACH, PackedBlobStore.Sizes.STANDARD, filesBefore);
        var packs = resources.add(new PackedBlobStore(packsConfig, files, pins, clock));
        return new Storage(packs, packs.relaxed(), pins, () -> packs.usedBytes() + files.usedBytes());
    }
}

// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.command;

import build.steading.auth.Credentials;
import build.steading.blob.BlobStore;
import build.steading.build.BuildBook;
import build.steading.build.BuildDesk;
import build.steading.build.Delivery;
import build.steading.build.Plans;
import build.steading.client.Administration;
import build.steading.compile.service.Compiles;
import build.steading.source.SourceRepository;
import build.steading.tree.Trees;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/// What commands work with.
///
/// @param desk where builds are asked for, here or on a distant server
/// @param book what is known of them there
/// @param blobs what builds made and printed, wherever they ran
/// @param compiles what is behind `steading cc`; empty where nobody compiles
/// @param repositories opens the repository around a path
/// @param facts what there is to know of the farm as a whole, for `steading status`: values as JSON has them
/// @param administration what admins do; empty where there is no farm of several machines
/// @param credentials who the user is in a farm that he may join or has joined; empty where he cannot
/// @param state the directory where the user's choices are noted; empty where these are not his to make
/// @param checks what the machine has and lacks, for `steading doctor`
public record Services(
        BuildDesk desk,
        BuildBook book,
        Plans plans,
        Trees trees,
        BlobStore blobs,
        Delivery delivery,
        Optional<Compiles> compiles,
        Function<Path, SourceRepository> repositories,
        Supplier<Map<String, Object>> facts,
        Optional<Administration> administration,
        Optional<Credentials> credentials,
        Optional<Path> state,
        Supplier<List<Check>> checks,
        String version,
        InstantSource clock) {
    /// Returns whether builds run on a farm that the user has joined.
    boolean joined() {
        return credentials.filter(Credentials::joined).isPresent();
    }

    /// One thing that Steading needs or can use on this machine.
    ///
    /// @param found what is there, or what is missing
    /// @param cure what to do about it; empty if nothing needs to be done
    /// @param vital whether Steading does not work without
    public record Check(String name, boolean good, boolean vital, String found, String cure) {}
}

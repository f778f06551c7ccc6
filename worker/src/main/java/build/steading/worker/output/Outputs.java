// SPDX-License-Identifier: Apache-2.0
package build.steading.worker.output;

import build.bazel.remote.execution.v2.ActionResult;
import build.bazel.remote.execution.v2.OutputFile;
import build.bazel.remote.execution.v2.OutputSymlink;
import build.steading.digest.Digests;
import build.steading.failure.SteadingException;
import build.steading.worker.output.Entry.Given;
import build.steading.worker.output.Entry.Link;
import build.steading.worker.output.Entry.Special;
import build.steading.worker.output.Entry.Sub;
import build.steading.worker.output.Entry.Written;
import java.util.Optional;

/// Moves declared outputs into the store and into the result. What was not made is left out. Not thread-safe.
public final class Outputs {
    private final Finder finder;
    private final FileKeeper files;
    private final ActionResult.Builder result;
    private final String prefix;

    /// @param finder over what the command left
    /// @param result what was found is added to it, also if some of it turns out to be impossible
    private Outputs(Finder finder, FileKeeper files, ActionResult.Builder result, String workingDirectory) {
        this.finder = finder;
        this.files = files;
        this.result = result;
        this.prefix = workingDirectory.isEmpty() ? "" : workingDirectory + "/";
    }

    /// Adds all declared outputs that exist to `result`.
    ///
    /// @throws SteadingException with `Invalid` if one cannot be an output; those before it have been added
    public static void collect(Finder finder, FileKeeper files, DeclaredOutputs declared, ActionResult.Builder result) {
        var outputs = new Outputs(finder, files, result, declared.workingDirectory());
        declared.paths().forEach(outputs::addPath);
        declared.files().forEach(outputs::addFile);
        declared.directories().forEach(outputs::addDirectory);
    }

    private Optional<Entry> find(String path) {
        return finder.find(prefix + path);
    }

    private void addPath(String path) {
        find(path).ifPresent(entry -> {
            if (entry instanceof Link(var target)) {
                result.addOutputSymlinks(link(path, target));
            } else {
                addFileOrDirectory(path, entry);
            }
        });
    }

    private void addFile(String path) {
        find(path).ifPresent(entry -> {
            switch (entry) {
                case Link(var target) -> result.addOutputFileSymlinks(link(path, target));
                case Sub _ ->
                    throw SteadingException.invalid("Output `%s` is a directory, but declared as a file", path);
                case Written _, Given _, Special _ -> addFileOrDirectory(path, entry);
            }
        });
    }

    private void addDirectory(String path) {
        find(path).ifPresent(entry -> {
            switch (entry) {
                case Link(var target) -> result.addOutputDirectorySymlinks(link(path, target));
                case Written _, Given _ ->
                    throw SteadingException.invalid("Output `%s` is a file, but declared as a directory", path);
                case Sub _, Special _ -> addFileOrDirectory(path, entry);
            }
        });
    }

    private void addFileOrDirectory(String path, Entry entry) {
        switch (entry) {
            case Written written ->
                result.addOutputFiles(OutputFile.newBuilder()
                        .setPath(path)
                        .setDigest(Digests.toProto(files.keep(written.file())))
                        .setIsExecutable(written.executable()));
            case Given(var node) ->
                result.addOutputFiles(OutputFile.newBuilder()
                        .setPath(path)
                        .setDigest(node.getDigest())
                        .setIsExecutable(node.getIsExecutable()));
            case Sub(var directory) -> result.addOutputDirectories(new TreeKeeper(files).keep(path, directory));
            case Special(var kind) ->
                throw SteadingException.invalid(
                        "Output `%s` is %s, but only files, directories and symbolic links can be outputs", path, kind);
            case Link _ -> throw new IllegalArgumentException("A link is added by its caller");
        }
    }

    private static OutputSymlink link(String path, String target) {
        return OutputSymlink.newBuilder().setPath(path).setTarget(target).build();
    }
}

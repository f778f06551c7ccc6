// SPDX-License-Identifier: Apache-2.0
package build.steading.worker.output;

import build.bazel.remote.execution.v2.ActionResult;
import build.bazel.remote.execution.v2.OutputFile;
import build.bazel.remote.execution.v2.OutputSymlink;
import build.steading.digest.Digests;
import build.steading.failure.SteadingException;
import build.steading.tree.NodeTraits;
import build.steading.worker.output.Entry.Given;
import build.steading.worker.output.Entry.Link;
import build.steading.worker.output.Entry.Special;
import build.steading.worker.output.Entry.Sub;
import build.steading.worker.output.Entry.Written;
import java.util.List;
import java.util.Optional;

/// Moves declared outputs into the store and into the result. What was not made is left out. Not thread-safe.
public final class Outputs {
    private final Finder finder;
    private final FileKeeper files;
    private final ActionResult.Builder result;
    private final String prefix;
    private final List<String> properties;

    /// @param finder over what the command left
    /// @param result what was found is added to it, also if some of it turns out to be impossible
    private Outputs(Finder finder, FileKeeper files, ActionResult.Builder result, DeclaredOutputs declared) {
        this.finder = finder;
        this.files = files;
        this.result = result;
        this.prefix = declared.workingDirectory().isEmpty() ? "" : declared.workingDirectory() + "/";
        this.properties = declared.properties();
    }

    /// Adds all declared outputs that exist to `result`.
    ///
    /// @throws SteadingException with `Invalid` if one cannot be an output; those before it have been added
    public static void collect(Finder finder, FileKeeper files, DeclaredOutputs declared, ActionResult.Builder result) {
        var outputs = new Outputs(finder, files, result, declared);
        declared.paths().forEach(outputs::addPath);
        declared.files().forEach(outputs::addFile);
        declared.directories().forEach(outputs::addDirectory);
    }

    private Optional<Entry> find(String path) {
        return finder.find(prefix + path);
    }

    private void addPath(String path) {
        find(path).ifPresent(entry -> {
            if (entry instanceof Link link) {
                result.addOutputSymlinks(symlink(path, link));
            } else {
                addFileOrDirectory(path, entry);
            }
        });
    }

    private void addFile(String path) {
        find(path).ifPresent(entry -> {
            switch (entry) {
                case Link link -> result.addOutputFileSymlinks(symlink(path, link));
                case Sub _ ->
                    throw SteadingException.invalid("Output `%s` is a directory, but declared as a file", path);
                case Written _, Given _, Special _ -> addFileOrDirectory(path, entry);
            }
        });
    }

    private void addDirectory(String path) {
        find(path).ifPresent(entry -> {
            switch (entry) {
                case Link link -> result.addOutputDirectorySymlinks(symlink(path, link));
                case Written _, Given _ ->
                    throw SteadingException.invalid("Output `%s` is a file, but declared as a directory", path);
                case Sub _, Special _ -> addFileOrDirectory(path, entry);
            }
        });
    }

    private void addFileOrDirectory(String path, Entry entry) {
        switch (entry) {
            case Written written ->
                addFile(
                        OutputFile.newBuilder()
                                .setPath(path)
                                .setDigest(Digests.toProto(files.keep(written.file())))
                                .setIsExecutable(written.executable()),
                        written.traits());
            case Given given ->
                addFile(
                        OutputFile.newBuilder()
                                .setPath(path)
                                .setDigest(given.node().getDigest())
                                .setIsExecutable(given.node().getIsExecutable()),
                        given.traits());
            case Sub(var directory) ->
                result.addOutputDirectories(new TreeKeeper(files, properties).keep(path, directory));
            case Special(var kind) ->
                throw SteadingException.invalid(
                        "Output `%s` is %s, but only files, directories and symbolic links can be outputs", path, kind);
            case Link _ -> throw new IllegalArgumentException("A link is added by its caller");
        }
    }

    private void addFile(OutputFile.Builder file, NodeTraits traits) {
        if (!properties.isEmpty()) {
            file.setNodeProperties(traits.toProto(properties));
        }
        result.addOutputFiles(file);
    }

    private OutputSymlink symlink(String path, Link link) {
        var symlink = OutputSymlink.newBuilder().setPath(path).setTarget(link.target());
        if (!properties.isEmpty()) {
            symlink.setNodeProperties(link.traits().toProto(properties));
        }
        return symlink.build();
    }
}

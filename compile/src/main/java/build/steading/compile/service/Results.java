// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.service;

import build.bazel.remote.execution.v2.ActionResult;
import build.bazel.remote.execution.v2.Digest;
import build.bazel.remote.execution.v2.OutputFile;
import build.steading.blob.BlobStore;
import build.steading.blob.Blobs;
import build.steading.compile.argv.Colour;
import build.steading.compile.argv.CommandLine.Compile;
import build.steading.compile.argv.Output;
import build.steading.digest.Digests;
import build.steading.failure.SteadingException;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// Gives callers what came of a compile, if that is what they would have got at home. Thread-safe.
final class Results {
    private static final System.Logger LOG = System.getLogger(Results.class.getName());

    /// Under these names the driver hands files from one program to the next: at random, so that messages with
    /// them are of no use.
    private static final Pattern TEMPORARY = Pattern.compile("/tmp/cc\\w{6}\\.");

    /// What a compiler says of files that it lacks: whether that is true is only known at home.
    private static final List<String> LACKING = List.of("No such file", "file not found", "cannot open", "can't open");

    /// What a driver says when a machine is to blame, or the compiler itself, though it ends as for any error.
    private static final List<String> BREAKDOWN = List.of(
            "internal compiler error",
            "signal terminated program",
            "cannot execute",
            "unable to execute",
            "memory exhausted",
            "out of memory",
            "Cannot allocate memory",
            "No space left on device",
            "Resource temporarily unavailable");

    private static final String OF_ASSEMBLER = "Assembler messages";

    /// Say in which language the words above would be.
    private static final List<String> TONGUES = List.of("LC_ALL", "LC_MESSAGES", "LANG", "LANGUAGE");

    private static final Pattern ENGLISH = Pattern.compile("|(C|POSIX|en)([._@:].*)?");

    private final BlobStore blobs;

    Results(BlobStore blobs) {
        this.blobs = blobs;
    }

    /// What a caller gets.
    sealed interface Outcome {}

    /// @param bytes that were written to files
    record Taken(Answer.Done done, long bytes) implements Outcome {}

    /// Nothing was written.
    record NotTaken(Answer.Home home) implements Outcome {}

    /// A file to be written.
    private record Written(Output output, Path file, ByteString content) {}

    /// @param outputs by their names in the result
    /// @param handover begins when everything is here, just before the first file is written or removed
    /// @throws SteadingException with `MissingBlobs` if a part of the result has gone
    /// @throws InterruptedException if the caller does not want it any more; nothing has been written
    Outcome take(
            TypedCommand command, Compile compile, Map<String, Output> outputs, ActionResult result, Handover handover)
            throws InterruptedException {
        var stdout = stream(result.getStdoutRaw(), result.hasStdoutDigest(), result.getStdoutDigest());
        var stderr = stream(result.getStderrRaw(), result.hasStderrDigest(), result.getStderrDigest());
        var doubt = doubt(command, compile, result.getExitCode(), stderr);
        if (doubt.isPresent()) {
            return new NotTaken(doubt.get());
        }
        var files = new ArrayList<Written>();
        var missing = new HashMap<>(outputs);
        for (var file : result.getOutputFilesList()) {
            var output = missing.remove(file.getPath());
            if (output != null) {
                files.add(new Written(output, Path.of(command.absolute(output.name())), content(file)));
            }
        }
        var lacks = missing.values().stream()
                .filter(output -> !output.mayBeMissing())
                .map(Output::name)
                .findFirst();
        var succeeded = result.getExitCode() == 0;
        if (succeeded && lacks.isPresent()) {
            return new NotTaken(new Answer.Home("output missing", lacks.get(), true, HomeSlot.NONE));
        }
        handover.begin();
        try {
            var places = new OutputFiles(compile, command.umask());
            var bytes = write(places, files);
            if (!succeeded) {
                for (var output : missing.values()) {
                    places.removeAfterFailure(output.kind(), Path.of(command.absolute(output.name())));
                }
            }
            return new Taken(new Answer.Done(result.getExitCode(), stdout, stderr), bytes);
        } catch (IOException e) {
            return new NotTaken(Answer.Home.decided("output not writable", e.toString()));
        }
    }

    /// Returns why the compiler should be asked at home, if it should.
    private static Optional<Answer.Home> doubt(TypedCommand command, Compile compile, int exitCode, ByteString stderr) {
        if (stderr.isEmpty() && exitCode == 0) {
            return Optional.empty();
        }
        if (exitCode > 1 || exitCode < 0) {
            return home("compiler failed", "exit code " + exitCode);
        }
        if (command.terminal() && compile.colour() == Colour.AUTO) {
            return home("messages on a terminal", "");
        }
        var text = stderr.toString(StandardCharsets.UTF_8);
        if (TEMPORARY.matcher(text).find()) {
            return home("messages of the assembler", "");
        }
        return exitCode == 0 ? Optional.empty() : doubt(compile, text);
    }

    /// Returns why an error should be seen at home, if it should.
    private static Optional<Answer.Home> doubt(Compile compile, String text) {
        if (compile.language().isAssembler() || text.contains(OF_ASSEMBLER)) {
            // Whether an old object is removed depends on how far the driver came.
            return home("messages of the assembler", "");
        }
        var foreign = TONGUES.stream()
                .map(name -> compile.environment().getOrDefault(name, ""))
                .filter(value -> !ENGLISH.matcher(value).matches())
                .findFirst();
        if (foreign.isPresent()) {
            return home("messages in another language", foreign.get());
        }
        var broken = BREAKDOWN.stream().filter(text::contains).findFirst();
        if (broken.isPresent()) {
            return home("compiler failed", broken.get());
        }
        var lacking = LACKING.stream().filter(text::contains).findFirst();
        return lacking.flatMap(words -> home("missing file", words));
    }

    private static Optional<Answer.Home> home(String reason, String detail) {
        return Optional.of(Answer.Home.decided(reason, detail));
    }

    private ByteString stream(ByteString raw, boolean hasDigest, Digest digest) {
        return !raw.isEmpty() || !hasDigest ? raw : read(digest);
    }

    /// Keeps what has come along with a result that nobody takes.
    void keep(ActionResult result) {
        result.getOutputFilesList().stream()
                .filter(file -> !file.getContents().isEmpty())
                .forEach(this::content);
    }

    /// What has come along with the result is kept for the next time.
    private ByteString content(OutputFile file) {
        var content = file.getContents();
        if (content.isEmpty()) {
            return read(file.getDigest());
        }
        try {
            blobs.put(Digests.fromProto(file.getDigest()), content.newInput());
            return content;
        } catch (SteadingException e) {
            LOG.log(Level.DEBUG, "What came along as `%s` is not kept".formatted(file.getPath()), e);
            return read(file.getDigest());
        }
    }

    /// Returns a result as it is remembered.
    static ActionResult withoutContents(ActionResult result) {
        var bare = result.toBuilder();
        bare.getOutputFilesBuilderList().forEach(OutputFile.Builder::clearContents);
        return bare.build();
    }

    private ByteString read(Digest digest) {
        return UnsafeByteOperations.unsafeWrap(Blobs.read(blobs, Digests.fromProto(digest)));
    }

    /// The object comes last: where it is, all else is.
    private static long write(OutputFiles files, List<Written> outputs) throws IOException {
        outputs.sort(Comparator.comparing((Written written) -> written.output().kind())
                .reversed());
        var bytes = 0L;
        for (var written : outputs) {
            files.write(written.output().kind(), written.file(), written.content());
            bytes += written.content().size();
        }
        return bytes;
    }
}

// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import build.bazel.remote.execution.v2.Action;
import build.steading.blob.Blobs;
import build.steading.compile.argv.CommandLine.Compile;
import build.steading.compile.argv.CommandLines;
import build.steading.compile.files.FileTable;
import build.steading.compile.service.Manifests.Manifest;
import build.steading.compile.toolchain.Toolchain;
import build.steading.compile.toolchain.Toolchains;
import build.steading.digest.Digests;
import build.steading.tree.Node;
import build.steading.tree.Trees;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A manifest that is brought up to date is the one that would be made anew.
class RenewalTest {
    private static final int ROUNDS = 150;
    private static final int DEPTH = 4;
    private static final Pattern INCLUDE = Pattern.compile("#include \"(.*)\"");
    private static final List<String> HEADERS = List.of("one/a.h", "two/a.h", "one/b.h", "two/b.h", "c.h");

    @TempDir
    Path temporary;

    private final LosingBlobs blobs = new LosingBlobs();
    private final Trees trees = new Trees(blobs, 1 << 20);
    private final FileTable files = FileTable.looking(blobs);
    private final Toolchains toolchains = new Toolchains(path -> files.look(path.toString()));
    private final Preparation preparation = new Preparation(files);
    private final ActionWriter actions = new ActionWriter(
            files,
            trees,
            blobs,
            new Compiles.Settings(2, "linux", "x86_64", false, Optional.empty(), Optional.empty()));
    private final Renewal renewal = new Renewal(files, actions);

    private Path directory = Path.of("");
    private TypedCommand command = Lines.typed("gcc", Path.of("/"));

    @BeforeEach
    void write() throws IOException {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/gcc")), "There is no `gcc`");
        directory = Files.createDirectories(temporary.toRealPath().resolve("project"));
        command = Lines.typed("gcc -Ilink -Itwo -I. -c a.c", directory);
        write("a.c", "#include \"a.h\"\n#include \"b.h\"\nint f(void) { return 1; }\n");
        for (var header : HEADERS) {
            write(header, "#define A 0\n");
        }
        Files.createSymbolicLink(directory.resolve("link"), Path.of("one"));
    }

    @Test
    void unchangedFilesLeaveTheManifestAsItIs() throws Exception {
        var before = anew();

        assertThat(renewed(before)).containsSame(before);
    }

    @Test
    void anEditThatIncludesNothingElseChangesOneFile() throws Exception {
        var before = anew();
        write("a.c", "#include \"a.h\"\n#include \"b.h\"\nint f(void) { return 2; }\n");
        write("one/b.h", "#define A 3 // Another one\n");

        var renewed = renewed(before);

        assertThat(renewed.map(Manifest::action)).hasValue(anew().action()).isNotEqualTo(Optional.of(before.action()));
        assertThat(renewed.orElseThrow().seen().holds()).isTrue();
        assertThat(before.seen().holds()).isFalse();
    }

    @Test
    void whatIncludesOrMentionsSomethingElseIsPreparedAnew() throws Exception {
        var before = anew();
        for (var text : List.of("#include <stdio.h>\n", "const char *t = __TIME__;\n", "#define A \"c.h\"\n")) {
            write("one/a.h", "#define A 0\n" + text);
            assertThat(renewed(before)).as(text).isEmpty();
        }
        write("one/a.h", "#define A 0\n");
        assertThat(renewed(before)).isPresent();
        Files.setPosixFilePermissions(directory.resolve("one/a.h"), PosixFilePermissions.fromString("rwxr-xr-x"));
        assertThat(renewed(before)).isEmpty();
        Files.delete(directory.resolve("one/a.h"));
        assertThat(renewed(before)).isEmpty();
    }

    @Test
    void anEditedFileThatIsTheObjectIsPreparedAnew() throws Exception {
        var before = anew();
        write("one/a.h", "#define A 4\n");
        Files.createLink(directory.resolve("a.o"), directory.resolve("one/a.h"));

        assertThat(renewed(before)).isEmpty();
    }

    @Test
    void whatTheStoreHasLostIsPreparedAnew() throws Exception {
        var before = anew();
        write("one/a.h", "#define A 4\n");
        blobs.lose(before.action());

        assertThat(renewed(before)).isEmpty();
    }

    /// The link leads to a directory whose files are in the tree as well: there, it still leads to the other one.
    @Test
    void aLinkThatLeadsElsewhereIsPreparedAnew() throws Exception {
        write("a.c", "#include \"link/a.h\"\n#include \"one/a.h\"\n#include \"two/a.h\"\n");
        var before = anew();
        relink("two");
        write("two/a.h", "#define A 5\n");

        assertThat(renewed(before)).isEmpty();
    }

    @Test
    void whateverChangesTheCompilerFindsWhatIsThere() throws Exception {
        var seed = new Random().nextLong();
        var random = new Random(seed);
        var manifest = anew();
        var renewals = 0;
        for (var round = 0; round < ROUNDS; round++) {
            for (var i = random.nextInt(3); i >= 0; i--) {
                change(random);
            }
            var renewed = renewed(manifest);
            manifest = renewed.isPresent() ? renewed.get() : anew();
            renewals += renewed.isPresent() ? 1 : 0;
            var now = manifest;
            assertThat(expanded(name -> inTree(now, name), "a.c", DEPTH))
                    .as("round %d of seed %d", round, seed)
                    .isEqualTo(expanded(this::onDisk, "a.c", DEPTH));
        }
        assertThat(renewals).as("of seed %d", seed).isPositive();
    }

    private void change(Random random) throws IOException {
        var header = HEADERS.get(random.nextInt(HEADERS.size()));
        switch (random.nextInt(8)) {
            case 0 -> relink(random.nextBoolean() ? "one" : "two");
            case 1 -> write(header, "#include \"../c.h\"\n");
            case 2 -> write("a.c", "#include \"a.h\"\n#include \"link/b.h\"\n#include \"one/b.h\"\n");
            default -> write(header, "#define A %d\n".formatted(random.nextInt(2)));
        }
    }

    private void relink(String target) throws IOException {
        Files.delete(directory.resolve("link"));
        Files.createSymbolicLink(directory.resolve("link"), Path.of(target));
    }

    private void write(String name, String text) throws IOException {
        var file = directory.resolve(name);
        Files.createDirectories(file.resolveSibling("."));
        // A file of its own each time, as editors write it: its signature vouches for nothing yet.
        Files.deleteIfExists(file);
        Files.writeString(file, text);
    }

    /// Returns a file with all that it includes, as far as a compiler would go.
    private static String expanded(Function<String, Optional<String>> files, String name, int depth) {
        var text = new StringBuilder();
        for (var line : files.apply(name).orElseThrow().lines().toList()) {
            var included = INCLUDE.matcher(line);
            if (!included.matches() || depth == 0) {
                text.append(line).append('\n');
                continue;
            }
            Stream.of(name.substring(0, name.lastIndexOf('/') + 1), "link/", "two/", "")
                    .map(place -> place + included.group(1))
                    .filter(place -> files.apply(place).isPresent())
                    .findFirst()
                    .ifPresent(place -> text.append(expanded(files, place, depth - 1)));
        }
        return text.toString();
    }

    private Optional<String> onDisk(String name) {
        try {
            return Optional.of(Files.readString(directory.resolve(name)));
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    private Optional<String> inTree(Manifest manifest, String name) {
        try {
            var action = Action.parseFrom(Blobs.read(blobs, manifest.action()));
            var root = Digests.fromProto(action.getInputRootDigest());
            var path = new ArrayDeque<String>();
            var ahead = new ArrayDeque<>(List.of((manifest.placement().of(directory.toString()) + "/" + name)
                    .substring(1)
                    .split("/")));
            while (!ahead.isEmpty()) {
                var part = ahead.remove();
                if (part.equals("..")) {
                    path.removeLast();
                    continue;
                }
                path.add(part);
                if (trees.find(root, String.join("/", path)).orElse(null) instanceof Node.Link(var target)) {
                    path.removeLast();
                    ahead.addFirst(target);
                }
            }
            return trees.find(root, String.join("/", path))
                    .map(node -> new String(Blobs.read(blobs, ((Node.File) node).digest()), StandardCharsets.UTF_8));
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    private Optional<Manifest> renewed(Manifest manifest) throws Exception {
        return renewal.renew(manifest, command, compile());
    }

    private Manifest anew() throws Exception {
        var work = (Work) preparation.prepare(command, toolchain(), compile());
        var written = actions.write(work);
        return new Manifest(work.seen(), written.action(), written.placement(), written.outputs(), Optional.empty());
    }

    private Toolchain toolchain() throws Exception {
        return toolchains.find(command.call());
    }

    private Compile compile() throws Exception {
        var lines = new CommandLines(name -> ResponseFile.read(command.absolute(name)));
        return preparation.plain(
                command, (Compile) lines.read(toolchain().compiler(), command.argv(), command.environment()));
    }
}

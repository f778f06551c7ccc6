// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.toolchain;

import build.steading.compile.argv.CommandLine.Compile;
import build.steading.compile.argv.Compiler;
import build.steading.compile.argv.Family;
import build.steading.compile.argv.Language;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// A compiler of this machine, as one [Call] runs it.
///
/// **To run it elsewhere**, the first argument must be [Call#name] as it is, `PATH` must be [#path], and the
/// directory that of the compile: GCC and Clang look for their parts beside the first argument - looking
/// themselves up on `PATH` if it has no slash - and Clang names headers after what it found.
///
/// Thread-safe.
public final class Toolchain {
    /// So many kinds of compiles that no build has more.
    private static final int MOST = 256;

    /// Ask for conversion between character sets.
    private static final List<String> CHARSETS = List.of("-fexec-charset=", "-fwide-exec-charset=");

    private final Call call;
    private final Compiler compiler;
    private final String path;
    private final Learnt learnt;
    private final Memo<Kind, Needs> known = new Memo<>(MOST);

    /// What was found out.
    ///
    /// @param driver what every compile needs
    record Learnt(Footprint driver, Map<Part, Footprint> parts, Questions questions, Evidence evidence) {
        Learnt {
            parts = Map.copyOf(parts);
        }
    }

    /// All of a compile that its needs follow from.
    private record Kind(
            Set<Part> parts,
            Language language,
            List<String> shaping,
            String directory,
            Tongue tongue,
            boolean converts) {}

    Toolchain(Call call, Compiler compiler, String path, Learnt learnt) {
        this.call = call;
        this.compiler = compiler;
        this.path = path;
        this.learnt = learnt;
    }

    /// Returns what it is, whatever it is called.
    public Compiler compiler() {
        return compiler;
    }

    /// Returns the value of `PATH` with which the compiler finds elsewhere what it finds here.
    public String path() {
        return path;
    }

    /// Returns whether all files that this was learned from are as they were.
    public boolean isCurrent() {
        return learnt.evidence.isCurrent();
    }

    /// Returns whether this is not [current][#isCurrent] any more as soon as another file is at a name.
    public boolean watches(String file) {
        return learnt.evidence.covers(file);
    }

    /// Returns what a compile needs: the same object for all compiles of a kind, as long as it is remembered.
    ///
    /// @param compile as read for this [#compiler]
    /// @param directory where it is run
    /// @throws NotUsableException if that cannot be found out, for instance as the compiler refuses the options
    public Needs needs(Compile compile, String directory) throws NotUsableException {
        var parts = Part.needed(compile);
        for (var part : parts) {
            if (!learnt.parts.containsKey(part)) {
                throw new NotUsableException("`%s` finds no `%s`", call.program(), part.program());
            }
        }
        var tongue = Tongue.of(compile.environment());
        var isRelative = compile.shaping().stream().anyMatch(argument -> argument.contains("sysroot"));
        var converts =
                compile.argv().stream().anyMatch(argument -> CHARSETS.stream().anyMatch(argument::startsWith));
        var kind = new Kind(
                parts,
                compile.language(),
                compile.shaping(),
                isRelative ? directory : call.directory(),
                tongue,
                converts || tongue.needsConversion());
        return known.get(kind, _ -> true, () -> learn(kind));
    }

    private Needs learn(Kind kind) throws NotUsableException {
        var footprint = new Footprint(learnt.evidence);
        footprint.addAll(learnt.driver);
        kind.parts.forEach(part -> footprint.addAll(learnt.parts.getOrDefault(part, new Footprint(learnt.evidence))));
        var home = Path.of(call.program()).resolveSibling("..").normalize();
        kind.tongue.addTo(footprint, home);
        if (kind.converts) {
            addConverters(footprint);
        }
        var search = search(kind, footprint);
        return new Needs(footprint.files(), footprint.directories(), search);
    }

    private SearchDirectories search(Kind kind, Footprint footprint) throws NotUsableException {
        if (compiler.family() == Family.GCC && kind.language.isPreprocessed()) {
            return SearchDirectories.NONE;
        }
        var report = report(kind);
        for (var installation : report.installations()) {
            ClangFiles.addInstallation(footprint, Path.of(absolute(kind, installation)));
        }
        report.configurations().forEach(footprint::add);
        // Whether headers come and go in them is the concern of those who read headers.
        report.search().existing().forEach(name -> footprint.addUnwatched(absolute(kind, name)));
        report.search().missing().forEach(name -> footprint.add(absolute(kind, name)));
        return kind.language.isPreprocessed() ? SearchDirectories.NONE : report.search();
    }

    private static String absolute(Kind kind, String name) {
        return Path.of(kind.directory).resolve(name).toString();
    }

    private SearchReport report(Kind kind) throws NotUsableException {
        var arguments = new ArrayList<>(List.of("-v", "-E", "-x", word(kind.language)));
        arguments.addAll(kind.shaping);
        arguments.add("/dev/null");
        var answer = learnt.questions.askLoudly(kind.directory, arguments);
        var report = SearchReport.read(answer.text());
        if (answer.exit() != 0 || report.isEmpty()) {
            throw new NotUsableException(
                    "`%s %s` does not tell where it looks", call.program(), String.join(" ", arguments));
        }
        return report.get();
    }

    private static String word(Language language) {
        return switch (language) {
            case C, PREPROCESSED_C -> "c";
            case CPP, PREPROCESSED_CPP -> "c++";
            case OBJECTIVE_C, PREPROCESSED_OBJECTIVE_C -> "objective-c";
            case OBJECTIVE_CPP, PREPROCESSED_OBJECTIVE_CPP -> "objective-c++";
            case ASSEMBLER_WITH_CPP, ASSEMBLER -> "assembler-with-cpp";
        };
    }

    /// The C library keeps its tables of character sets beside itself.
    private static void addConverters(Footprint footprint) throws NotUsableException {
        var library = footprint.files().stream()
                .filter(file -> file.endsWith("/libc.so.6"))
                .findFirst();
        if (library.isEmpty()) {
            return;
        }
        var directory = Path.of(library.get()).resolveSibling("gconv");
        if (footprint.add(directory.toString()).isEmpty()) {
            return;
        }
        try (var files = Files.find(directory, 2, (_, attributes) -> attributes.isRegularFile())) {
            files.map(Path::toString).forEach(footprint::add);
        } catch (IOException e) {
            throw NotUsableException.unreadable(directory, e);
        }
    }
}

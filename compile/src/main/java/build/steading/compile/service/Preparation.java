// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.service;

import build.steading.compile.argv.Colour;
import build.steading.compile.argv.CommandLine.Compile;
import build.steading.compile.argv.Family;
import build.steading.compile.argv.InputFile;
import build.steading.compile.argv.Language;
import build.steading.compile.argv.Output;
import build.steading.compile.argv.Trait;
import build.steading.compile.files.Content;
import build.steading.compile.files.FileTable;
import build.steading.compile.files.Look;
import build.steading.compile.files.Reading;
import build.steading.compile.files.View;
import build.steading.compile.source.Closure;
import build.steading.compile.source.Mark;
import build.steading.compile.source.Resolver;
import build.steading.compile.toolchain.Needs;
import build.steading.compile.toolchain.NotUsableException;
import build.steading.compile.toolchain.Toolchain;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// Finds all that a compile may read, or why that cannot be known. Thread-safe.
final class Preparation {
    private static final int MOST_FILES = 20_000;

    /// Matter only to messages for a terminal.
    private static final Set<String> OF_TERMINALS = Set.of("TERM", "COLUMNS", "GCC_COLORS", "GCC_URLS", "TERM_URLS");

    private final FileTable files;

    Preparation(FileTable files) {
        this.files = files;
    }

    /// What came of it.
    sealed interface Prepared permits Work, NotPossible {}

    record NotPossible(Answer.Home home) implements Prepared {
        NotPossible(String reason, String detail) {
            this(Answer.Home.decided(reason, detail));
        }
    }

    /// Returns a compile without the variables that make no difference, so that it is the same for everybody.
    Compile plain(TypedCommand command, Compile compile) {
        var variables = new LinkedHashMap<>(compile.environment());
        if (compile.colour() != Colour.ALWAYS) {
            variables.keySet().removeAll(OF_TERMINALS);
        }
        var named = variables.get("PWD");
        // It is put into debugging information, and nowhere else.
        var isRead = compile.traits().contains(Trait.EMBEDS_DIRECTORY);
        if (named != null && (!isRead || named.equals(command.directory()) || !isSame(named, command.directory()))) {
            variables.remove("PWD");
        }
        return compile.withEnvironment(variables);
    }

    private boolean isSame(String name, String directory) {
        return name.startsWith("/")
                && files.look(name) instanceof Look.Present(var one)
                && files.look(directory) instanceof Look.Present(var other)
                && one.isSameFile(other);
    }

    Prepared prepare(TypedCommand command, Toolchain toolchain, Compile compile) {
        try {
            return prepare(command, toolchain, compile, toolchain.needs(compile, command.directory()));
        } catch (NotUsableException e) {
            return new NotPossible("compiler", String.valueOf(e.getMessage()));
        } catch (Hindrance e) {
            return e.found;
        }
    }

    /// Ends a preparation.
    private static final class Hindrance extends Exception {
        private static final long serialVersionUID = 1;

        private final transient NotPossible found;

        Hindrance(String reason, String detail) {
            super(reason);
            this.found = new NotPossible(reason, detail);
        }
    }

    private Prepared prepare(TypedCommand command, Toolchain toolchain, Compile compile, Needs needs) throws Hindrance {
        var view = files.view();
        var outputs = outputs(view, command, compile);
        var contents = new LinkedHashMap<String, Content>();
        var assembler = compile.language() == Language.ASSEMBLER;
        var places = view.places(command.directory(), assembler, contents::put);
        var closure = new Resolver(compile, needs.search().existing(), places, MOST_FILES).resolve();
        check(compile, closure);

        var directories = new LinkedHashSet<>(needs.directories());
        for (var name : needs.files()) {
            switch (view.read(name)) {
                case Reading.File(var content) -> contents.put(name, content);
                // A link on the way to others.
                case Reading.Directory _ -> directories.add(name);
                case Reading.Absent _, Reading.Unreadable _ ->
                    throw new Hindrance("compiler", "`%s` cannot be read".formatted(name));
            }
        }
        for (var name : others(command, compile, closure, outputs.keySet())) {
            if (!(view.read(name) instanceof Reading.File(var content))) {
                throw new Hindrance("input file", name);
            }
            contents.put(name, content);
        }
        directories.add(command.directory());
        Optional.ofNullable(compile.environment().get("PWD")).ifPresent(directories::add);
        closure.directories().forEach(name -> directories.add(command.absolute(name)));
        compile.outputs().forEach(output -> directories.add(command.parentOf(output.name())));

        checkOverwritten(view, command, compile, contents);
        var seen = files.snapshot();
        contents.forEach((name, content) -> {
            // Each compile begins with a look at all of its compiler.
            if (!content.settled() || !toolchain.watches(name)) {
                seen.file(name, content);
            }
        });
        directories.forEach(seen::directory);
        closure.identities().forEach((name, identity) -> seen.directory(command.absolute(name), identity));
        needs.search().missing().forEach(name -> seen.absent(command.absolute(name)));
        closure.absent().forEach(name -> seen.absent(command.absolute(name)));
        var near = near(command, compile, closure);
        return new Work(command, compile, toolchain, outputs, contents, directories, near, view, seen.build());
    }

    /// Returns the absolute names of what the compile names by its way from the working directory.
    private static Set<String> near(TypedCommand command, Compile compile, Closure closure) {
        var near = new LinkedHashSet<String>();
        Stream.of(closure.files(), closure.data(), closure.precompiled(), closure.directories())
                .flatMap(Set::stream)
                .filter(name -> !name.startsWith("/"))
                .forEach(name -> near.add(command.absolute(name)));
        compile.inputs().stream()
                .map(InputFile::name)
                .filter(name -> !name.startsWith("/"))
                .forEach(name -> near.add(command.absolute(name)));
        compile.outputs().stream()
                .map(Output::name)
                .filter(name -> !name.startsWith("/"))
                .forEach(name -> near.add(command.parentOf(name)));
        return near;
    }

    /// Returns the absolute names of files that are read beyond the source and headers.
    private static List<String> others(TypedCommand command, Compile compile, Closure closure, Set<String> outputs) {
        var others = new ArrayList<String>();
        if (ActionWriter.isChanged(command, compile, outputs)) {
            others.add(ActionWriter.CHANGER);
        }
        compile.inputs().forEach(input -> others.add(command.absolute(input.name())));
        closure.precompiled().forEach(name -> others.add(command.absolute(name)));
        return others;
    }

    /// Returns the outputs by their absolute names without links.
    private static Map<String, Output> outputs(View view, TypedCommand command, Compile compile) throws Hindrance {
        var outputs = new LinkedHashMap<String, Output>();
        for (var output : compile.outputs()) {
            var place = placeOf(view, command, output);
            if (place.isEmpty() || outputs.put(place.get(), output) != null) {
                throw new Hindrance("output name", output.name());
            }
        }
        return outputs;
    }

    /// Returns the name without links of a file that need not be there yet, but in a directory that is.
    private static Optional<String> placeOf(View view, TypedCommand command, Output output) {
        var name = output.name();
        return view.route(command.parentOf(name))
                .filter(parent -> parent.signature().isDirectory())
                .map(parent -> parent.real()
                        + (parent.real().equals("/") ? "" : "/")
                        + name.substring(name.lastIndexOf('/') + 1));
    }

    /// No output may be a file that the compile may read.
    private static void checkOverwritten(
            View view, TypedCommand command, Compile compile, Map<String, Content> contents) throws Hindrance {
        for (var output : compile.outputs()) {
            if (view.look(command.absolute(output.name())) instanceof Look.Present(var there)
                    && contents.values().stream()
                            .anyMatch(content -> content.signature().isSameFile(there))) {
                throw new Hindrance("output name", output.name() + " is an input");
            }
        }
    }

    private static void check(Compile compile, Closure closure) throws Hindrance {
        if (!closure.unresolved().isEmpty()) {
            throw new Hindrance("unclear include", closure.unresolved().getFirst());
        }
        if (closure.marks().contains(Mark.ASSEMBLER_INPUT)) {
            throw new Hindrance("input of the assembler", "");
        }
        var time = timeOf(compile, closure.marks());
        if (time.isPresent()) {
            throw new Hindrance("time of compiling", time.get().name());
        }
    }

    /// Returns what the result depends on of the time at which it is made.
    private static Optional<Mark> timeOf(Compile compile, Set<Mark> marks) {
        // Not all versions of Clang obey the variable.
        var fixed = compile.compiler().family() == Family.GCC
                && !compile.environment().getOrDefault("SOURCE_DATE_EPOCH", "").isEmpty();
        var traits = compile.traits();
        return marks.stream()
                .filter(mark -> switch (mark) {
                    case DATE -> !fixed && !traits.contains(Trait.REDEFINES_DATE);
                    case TIME -> !fixed && !traits.contains(Trait.REDEFINES_TIME);
                    case TIMESTAMP -> !traits.contains(Trait.REDEFINES_TIMESTAMP);
                    case ASSEMBLER_INPUT, PRAGMA_ONCE, OBSCURE -> false;
                })
                .findFirst();
    }
}

// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.source;

import build.steading.compile.argv.CommandLine.Compile;
import build.steading.compile.argv.Family;
import build.steading.compile.source.Inclusion.Form;
import build.steading.compile.source.Inclusion.Verb;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Finds all that one compile may read. For one use; not thread-safe.
///
/// No condition is evaluated, so headers for other systems and languages are looked for as well: they are among
/// the names that are absent.
public final class Resolver {
    /// Read before everything else by GCC, if there is one.
    private static final Inclusion PREDEFINED = new Inclusion(Verb.INCLUDE, Form.BRACKETED, "stdc-predef.h");

    private final Compile compile;
    private final Probe probe;
    private final SearchChain chain;
    private final MacroValues macros = new MacroValues();
    private final Deque<Visit> pending = new ArrayDeque<>();
    private final Set<String> visited = new HashSet<>();
    private final Set<Search> searched = new HashSet<>();
    private final List<Computed> computed = new ArrayList<>();
    private final int mostFiles;

    /// @param builtin the directories that the compiler searches by itself, in its order
    /// @param mostFiles a closure of more is not resolved
    public Resolver(Compile compile, List<String> builtin, Places places, int mostFiles) {
        this.compile = compile;
        this.probe = new Probe(places);
        this.chain = SearchChain.of(compile.search(), builtin, probe);
        this.mostFiles = mostFiles;
    }

    /// A file that is to be read.
    private record Visit(Includer place, Scan scan) {}

    /// A search for a name from one of the directories on.
    private record Search(String name, int first) {}

    private record Computed(Includer place, Inclusion inclusion) {}

    /// Returns what the compile may read.
    public Closure resolve() {
        compile.macros().forEach(macros::add);
        var start = Includer.source(compile.source());
        probe.file(compile.source())
                .ifPresentOrElse(
                        scan -> visit(start, scan),
                        () -> probe.unresolved.add("`%s` is not there".formatted(compile.source())));
        if (!compile.language().isPreprocessed()) {
            include(start, PREDEFINED);
            compile.forced().forEach(header -> force(start, header.name()));
        }
        do {
            drain();
        } while (expandComputed());
        reportComputed();
        return new Closure(
                probe.files,
                probe.data,
                probe.precompiled,
                probe.directories,
                probe.identities,
                probe.absent,
                probe.marks,
                List.copyOf(probe.unresolved));
    }

    private void visit(Includer place, Scan scan) {
        // The same file in the same directory finds the same headers, however the directory was called.
        var identity = probe.identity(place.directory()).orElse(place.directory());
        var key = place.searchKey(compile.search().microsoft());
        if (!visited.add(identity + "/" + place.base() + "\n" + key)) {
            return;
        }
        if (probe.files.size() > mostFiles) {
            probe.unresolved.add("More than %d files".formatted(mostFiles));
            return;
        }
        pending.add(new Visit(place, scan));
    }

    private void drain() {
        while (!pending.isEmpty()) {
            var visit = pending.remove();
            var scan = visit.scan();
            probe.marks.addAll(scan.marks());
            if (scan.marks().contains(Mark.OBSCURE)) {
                probe.unresolved.add("`%s` is obscure".formatted(visit.place().name()));
            }
            if (!compile.language().isPreprocessed()) {
                macros.add(scan);
                scan.inclusions().forEach(inclusion -> include(visit.place(), inclusion));
            }
        }
    }

    private void include(Includer from, Inclusion inclusion) {
        if (inclusion.form() == Form.COMPUTED) {
            computed.add(new Computed(from, inclusion));
        } else if (inclusion.verb() == Verb.EMBED) {
            embed(from, inclusion);
        } else if (inclusion.verb() == Verb.INCLUDE_NEXT && from.isFound()) {
            search(from, inclusion.name(), from.next());
            if (from.position() == Includer.BESIDE) {
                includeFirst(from, inclusion);
            }
        } else {
            includeFirst(from, inclusion);
        }
    }

    private void includeFirst(Includer from, Inclusion inclusion) {
        if (inclusion.form() == Form.BRACKETED) {
            search(from, inclusion.name(), chain.bracketStart());
            return;
        }
        for (var directory : from.directories(compile.search().microsoft())) {
            if (take(from, Includer.join(directory, inclusion.name()), Includer.BESIDE)) {
                return;
            }
        }
        search(from, inclusion.name(), 0);
    }

    /// Looks for a header that the command line names, in the current directory first.
    private void force(Includer start, String name) {
        probePrecompiled(name, true);
        if (!take(start, name, Includer.BESIDE)) {
            search(start, name, 0);
        }
    }

    private void search(Includer from, String name, int first) {
        var isNew = searched.add(new Search(name, first));
        // Whoever searches again finds the same; only the source looks for precompiled headers, and only where it
        // matters which files led there is it not the same.
        if (!isNew && from.isFound() && !compile.search().microsoft()) {
            return;
        }
        if (Includer.isAbsolute(name)) {
            take(from, name, Includer.NOWHERE);
            return;
        }
        var directories = chain.directories();
        for (var i = first; i < directories.size(); i++) {
            if (take(from, Includer.join(directories.get(i), name), i)) {
                return;
            }
        }
    }

    /// Returns whether there is a header of this name.
    private boolean take(Includer from, String name, int position) {
        if (from.position() == Includer.NOWHERE) {
            probePrecompiled(name, false);
        }
        var scan = probe.file(name);
        scan.ifPresent(
                found -> visit(from.leadsTo(name, position, compile.search().microsoft()), found));
        return scan.isPresent();
    }

    /// GCC takes a precompiled header for the first one that is included, Clang for those of the command line.
    private void probePrecompiled(String name, boolean forced) {
        switch (compile.compiler().family()) {
            case GCC -> probe.precompiled(name + ".gch");
            case CLANG, CLANG_CL -> {
                if (forced) {
                    probe.precompiled(name + ".pch");
                    probe.precompiled(name + ".gch");
                }
            }
            case CL -> {}
        }
    }

    private void embed(Includer from, Inclusion inclusion) {
        var name = inclusion.name();
        var directories = new ArrayList<String>();
        if (inclusion.form() == Form.QUOTED || compile.compiler().family() == Family.CLANG) {
            directories.add(from.directory());
        }
        directories.addAll(compile.search().embed());
        for (var directory : directories) {
            if (probe.dataFile(Includer.join(directory, name))) {
                return;
            }
        }
    }

    /// Follows all values of all computed includes. Returns whether there is anything new to read.
    private boolean expandComputed() {
        for (var include : List.copyOf(computed)) {
            for (var value : macros.expand(include.inclusion().name()).values()) {
                var verb = include.inclusion().verb();
                include(include.place(), new Inclusion(verb, value.form(), value.value()));
            }
        }
        return !pending.isEmpty();
    }

    private void reportComputed() {
        for (var include : computed) {
            if (!macros.expand(include.inclusion().name()).complete()) {
                probe.unresolved.add("`%s` in `%s`"
                        .formatted(include.inclusion().name(), include.place().name()));
            }
        }
    }
}

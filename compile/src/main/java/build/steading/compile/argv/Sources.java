// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.argv;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The files that a command line names without an option, each with the language that held where it stands.
final class Sources {
    private static final String STANDARD_INPUT = "-";

    private final Compiler compiler;
    private final List<Source> found = new ArrayList<>();
    /// What `-x` says from here on.
    private @Nullable String named;

    /// What `/TC` or `/TP` says, wherever it stands.
    @Nullable
    Language all;

    Sources(Compiler compiler) {
        this.compiler = compiler;
    }

    /// @param language what an option says; nothing if the name decides
    private record Source(String name, Optional<String> named, Optional<Language> language) {}

    void language(String name) {
        named = name.equals("none") ? null : name;
    }

    void add(String name) {
        found.add(new Source(name, Optional.ofNullable(named), Optional.empty()));
    }

    void add(String name, Language language) {
        found.add(new Source(name, Optional.empty(), Optional.of(language)));
    }

    /// Returns what a command line is that says nothing about how far to go.
    Reason reasonWithoutStage() {
        if (found.isEmpty()) {
            return Reason.NO_SOURCE;
        }
        var first = found.getFirst();
        return isHeader(first.named().orElse(first.name())) ? Reason.PRECOMPILED_HEADER : Reason.LINK;
    }

    /// Returns the one source, or sends the draft home and returns its name all the same.
    String only(Draft draft) {
        if (found.isEmpty()) {
            draft.sendHome(Reason.NO_SOURCE, "");
            return "";
        }
        var first = found.getFirst().name();
        if (found.size() > 1) {
            draft.sendHome(Reason.SEVERAL_SOURCES, first + " " + found.get(1).name());
        } else if (first.equals(STANDARD_INPUT)) {
            draft.sendHome(Reason.STANDARD_INPUT, first);
        } else if (first.startsWith("/dev/")) {
            draft.sendHome(Reason.STANDARD_INPUT, first);
        }
        return first;
    }

    /// Returns the language of the one source, or sends the draft home.
    Language language(Draft draft) {
        if (found.isEmpty()) {
            return Language.C;
        }
        var source = found.getFirst();
        if (source.language().isPresent()) {
            return source.language().get();
        }
        if (all != null) {
            return all;
        }
        var name = source.named().orElse(null);
        var language = name == null ? bySuffix(source.name()) : Language.named(name);
        if (language.isEmpty()) {
            var what = name == null ? source.name() : name;
            draft.sendHome(isHeader(what) ? Reason.PRECOMPILED_HEADER : Reason.UNKNOWN_LANGUAGE, what);
        }
        return language.orElse(Language.C);
    }

    private Optional<Language> bySuffix(String name) {
        var suffix = Names.suffix(name);
        if (compiler.family().isMicrosoft()) {
            return switch (suffix.toLowerCase(Locale.ROOT)) {
                case "c" -> Optional.of(Language.C);
                case "cpp", "cxx", "cc" -> Optional.of(Language.CPP);
                default -> Optional.empty();
            };
        }
        if (compiler.plus() && (suffix.equals("c") || suffix.equals("i"))) {
            // Clang's driver for C++ has other ideas of `.i` than GCC's.
            return suffix.equals("i") && compiler.family() == Family.CLANG
                    ? Optional.empty()
                    : Optional.of(Language.CPP);
        }
        return Language.ofSuffix(suffix);
    }

    private static boolean isHeader(String what) {
        var suffix = Names.suffix(what).toLowerCase(Locale.ROOT);
        return what.endsWith("-header") || suffix.startsWith("h") || suffix.equals("tcc");
    }
}

// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.argv;

import build.steading.compile.argv.Output.Kind;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What is known of a command line so far. Options change it one after another: see [Effect].
final class Draft {
    final Sources sources;
    final Directories directories = new Directories();
    final Dependencies dependencies = new Dependencies();
    final Passed passed = new Passed();
    final Precompiled precompiled = new Precompiled();
    final List<ForcedInclude> forced = new ArrayList<>();
    final List<MacroChange> macros = new ArrayList<>();
    final List<InputFile> inputs = new ArrayList<>();
    final List<Output> outputs = new ArrayList<>();
    final Set<Kind> wanted = EnumSet.noneOf(Kind.class);
    private final Set<Trait> traits = EnumSet.noneOf(Trait.class);
    Colour colour = Colour.AUTO;
    int architectures;
    boolean debugs;
    boolean embeds;

    /// The last one that was given.
    @Nullable
    String output;

    @Nullable
    String diagnostics;

    @Nullable
    Stage stage;

    final List<String> argv = new ArrayList<>();
    final List<String> shaping = new ArrayList<>();
    private final boolean microsoft;
    private List<String> current = List.of();
    private boolean dropped;
    private boolean shapes;
    private boolean optionsEnded;
    private CommandLine.@Nullable Local home;

    /// What a command line says about precompiled headers in the manner of `cl.exe`.
    static final class Precompiled {
        boolean used;

        @Nullable
        String file;
    }

    Draft(Compiler compiler) {
        sources = new Sources(compiler);
        microsoft = compiler.family().isMicrosoft();
    }

    /// Takes an option.
    ///
    /// @param arguments what it was given as
    void take(List<String> arguments, Given given) {
        current = arguments;
        dropped = false;
        shapes = false;
        given.option().effect().apply(this, given);
        if (!dropped) {
            argv.addAll(current);
        }
        if (shapes) {
            shaping.addAll(current);
        }
    }

    void takeSource(String name) {
        argv.add(name);
        sources.add(name);
    }

    /// Has the command line run where it was typed. The first reason counts.
    void sendHome(Reason reason, String detail) {
        if (home == null) {
            home = new CommandLine.Local(reason, detail);
        }
    }

    CommandLine.@Nullable Local home() {
        return home;
    }

    void drop() {
        dropped = true;
    }

    void shape() {
        shapes = true;
    }

    void endOptions() {
        optionsEnded = true;
    }

    boolean hasEnded() {
        return optionsEnded;
    }

    /// Of two stages, the one that is less far counts.
    void stop(Stage at) {
        stage = stage == Stage.ASSEMBLY ? stage : at;
    }

    void addSwitch(Given given) {
        if (given.value().isEmpty() || given.value().indexOf('=') >= 0) {
            sendHome(Reason.UNKNOWN_OPTION, given.text());
        }
    }

    void addPrefixed(List<String> to, Given given) {
        if (directories.prefix == null) {
            sendHome(Reason.SEARCH_PATH, given.text());
        } else {
            to.add(directories.prefix + given.value());
        }
    }

    void showIncludes() {
        traits.add(Trait.SHOWS_INCLUDES);
    }

    void define(String text) {
        var macro = microsoft ? MacroChange.defineMicrosoft(text) : MacroChange.define(text);
        macros.add(macro);
        switch (macro.name()) {
            case "__DATE__" -> traits.add(Trait.REDEFINES_DATE);
            case "__TIME__" -> traits.add(Trait.REDEFINES_TIME);
            case "__TIMESTAMP__" -> traits.add(Trait.REDEFINES_TIMESTAMP);
            default -> {}
        }
    }

    void debug(String level) {
        debugs = !level.equals("0");
    }

    void embedPaths() {
        embeds = true;
    }

    /// Has a file written beside the output that the output names.
    void want(Kind kind) {
        wanted.add(kind);
        embedPaths();
    }

    Set<Trait> traits() {
        if (debugs || embeds) {
            traits.add(Trait.EMBEDS_DIRECTORY);
        }
        if (embeds) {
            traits.add(Trait.EMBEDS_OUTPUT_NAME);
        }
        return traits;
    }

    void colour(Given given) {
        switch (given.value()) {
            case "always" -> colour = Colour.ALWAYS;
            case "never" -> colour = Colour.NEVER;
            case "auto" -> colour = Colour.AUTO;
            default -> sendHome(Reason.UNKNOWN_OPTION, given.text());
        }
    }

    void declare(Kind kind, String name, boolean mayBeMissing) {
        if (name.equals("-")) {
            sendHome(Reason.STANDARD_OUTPUT, name);
        } else if (name.startsWith("/dev/") || name.startsWith("/proc/")) {
            sendHome(name.startsWith("/dev/std") ? Reason.STANDARD_OUTPUT : Reason.DEVICE, name);
        } else if (name.isEmpty()) {
            sendHome(Reason.OUTPUT_NAME, "");
        }
        outputs.add(new Output(kind, name, mayBeMissing));
    }
}

// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.argv;

import static build.steading.compile.argv.Reason.ARCHITECTURES;

import com.google.errorprone.annotations.Immutable;

/// What an option does to a [Draft].
enum Effect {
    /// Is read by the compiler alone, and touches no file.
    PLAIN((_, _) -> {}),
    /// Is [#PLAIN] without a value; with one, it is not understood.
    SWITCH(Draft::addSwitch),
    /// Changes neither output nor messages.
    DROP((draft, _) -> draft.drop()),
    LOCAL((draft, given) -> draft.sendHome(given.option().reason().orElseThrow(), given.text())),
    /// Has a say in what is built in.
    SHAPING((draft, _) -> draft.shape()),
    COMPILE((draft, _) -> draft.stop(Stage.OBJECT)),
    ASSEMBLE((draft, _) -> draft.stop(Stage.ASSEMBLY)),
    OUTPUT((draft, given) -> draft.output = given.value()),
    LANGUAGE((draft, given) -> draft.sources.language(given.value())),
    ARCHITECTURE((draft, given) -> {
        draft.shape();
        draft.architectures++;
        if (draft.architectures > 1) {
            draft.sendHome(ARCHITECTURES, given.text());
        }
    }),

    INCLUDE((draft, given) -> draft.directories.bracket.add(given.value())),
    QUOTE((draft, given) -> draft.directories.quote.add(given.value())),
    SYSTEM((draft, given) -> draft.directories.system.add(given.value())),
    AFTER((draft, given) -> draft.directories.after.add(given.value())),
    EMBED_DIR((draft, given) -> draft.directories.embed.add(given.value())),
    PREFIX((draft, given) -> draft.directories.prefix = given.value()),
    WITH_PREFIX((draft, given) -> draft.addPrefixed(draft.directories.after, given)),
    WITH_PREFIX_BEFORE((draft, given) -> draft.addPrefixed(draft.directories.bracket, given)),
    ISYSROOT((draft, given) -> {
        draft.shape();
        draft.directories.headerRoot = given.value();
    }),
    SYSROOT((draft, given) -> {
        draft.shape();
        draft.directories.root = given.value();
    }),
    NO_STANDARD((draft, _) -> {
        draft.shape();
        draft.directories.standard = false;
    }),
    FORCED((draft, given) -> draft.forced.add(new ForcedInclude(given.value(), false))),
    FORCED_MACROS((draft, given) -> draft.forced.add(new ForcedInclude(given.value(), true))),
    DEFINE((draft, given) -> draft.define(given.value())),
    UNDEFINE((draft, given) -> draft.macros.add(MacroChange.undefine(given.value()))),

    DEPENDENCIES((draft, _) -> draft.dependencies.wanted = true),
    DEPENDENCIES_FILE((draft, given) -> draft.dependencies.file = given.value()),
    TO_PREPROCESSOR((draft, given) -> draft.passed.toPreprocessor(given.value().split(",", -1))),
    TO_PREPROCESSOR_NEXT((draft, given) -> draft.passed.toPreprocessor(given.value())),
    TO_ASSEMBLER((draft, given) -> draft.passed.toAssembler(given.value().split(",", -1))),
    TO_ASSEMBLER_NEXT((draft, given) -> draft.passed.toAssembler(given.value())),

    DEBUG((draft, given) -> draft.debug(given.value())),
    SPLIT_DEBUG((draft, _) -> draft.want(Output.Kind.SPLIT_DEBUG)),
    COVERAGE((draft, _) -> draft.want(Output.Kind.COVERAGE_NOTES)),
    COVERAGE_NOTES((draft, _) -> draft.want(Output.Kind.COVERAGE_NOTES)),
    STACK_USAGE((draft, _) -> draft.wanted.add(Output.Kind.STACK_USAGE)),
    CALL_GRAPH((draft, _) -> draft.wanted.add(Output.Kind.CALL_GRAPH)),
    DIAGNOSTICS((draft, given) -> draft.diagnostics = given.value()),
    EMBEDS((draft, _) -> draft.embedPaths()),
    PROFILE((draft, given) -> {
        draft.embedPaths();
        draft.inputs.add(new InputFile(given.name(), given.value()));
    }),
    INPUT((draft, given) -> draft.inputs.add(new InputFile(given.name(), given.value()))),

    COLOUR((draft, given) -> draft.colour(given)),
    COLOUR_ALWAYS((draft, _) -> draft.colour = Colour.ALWAYS),
    COLOUR_NEVER((draft, _) -> draft.colour = Colour.NEVER),

    SOURCE_C((draft, given) -> draft.sources.add(given.value(), Language.C)),
    SOURCE_CPP((draft, given) -> draft.sources.add(given.value(), Language.CPP)),
    ALL_C((draft, _) -> draft.sources.all = Language.C),
    ALL_CPP((draft, _) -> draft.sources.all = Language.CPP),
    OBJECT_NAME((draft, given) -> draft.output = given.value()),
    USE_PRECOMPILED((draft, _) -> draft.precompiled.used = true),
    PRECOMPILED_FILE((draft, given) -> draft.precompiled.file = given.value()),
    NO_PRECOMPILED((draft, _) -> draft.precompiled.used = false),
    SHOW_INCLUDES((draft, _) -> draft.showIncludes()),
    SOURCE_DEPENDENCIES((draft, given) -> draft.dependencies.json = given.value()),
    LINKER_REST((draft, _) -> draft.endOptions());

    private final Change change;

    @Immutable
    @FunctionalInterface
    private interface Change {
        void accept(Draft draft, Given given);
    }

    Effect(Change change) {
        this.change = change;
    }

    void apply(Draft draft, Given given) {
        change.accept(draft, given);
    }
}

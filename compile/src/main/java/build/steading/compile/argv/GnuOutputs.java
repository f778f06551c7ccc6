// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.argv;

import build.steading.compile.argv.Output.Kind;

/// Names what GCC and Clang write: the object as the command line says or after the source, in the current
/// directory; all else after the object.
final class GnuOutputs {
    private final Draft draft;
    private final Language language;
    private final Stage stage;

    GnuOutputs(Draft draft, Language language, Stage stage) {
        this.draft = draft;
        this.language = language;
        this.stage = stage;
    }

    void declare(String source) {
        var named = draft.output;
        var suffix = stage == Stage.OBJECT ? ".o" : ".s";
        var name = named != null ? named : Names.stem(Names.base(source)) + suffix;
        if (Names.base(name).isEmpty()) {
            draft.sendHome(Reason.OUTPUT_NAME, name);
        }
        draft.declare(stage == Stage.OBJECT ? Kind.OBJECT : Kind.ASSEMBLY, name, false);
        if (isOdd(name)) {
            draft.sendHome(Reason.OUTPUT_NAME, name);
        }
        var stem = Names.stem(name);
        draft.dependencies.declare(draft, stem, language.isPreprocessed());
        if (stage == Stage.OBJECT && draft.wanted.contains(Kind.SPLIT_DEBUG)) {
            draft.declare(Kind.SPLIT_DEBUG, stem + ".dwo", true);
        }
        if (draft.wanted.contains(Kind.COVERAGE_NOTES)) {
            draft.declare(Kind.COVERAGE_NOTES, stem + ".gcno", language.isAssembler());
        }
        if (draft.wanted.contains(Kind.STACK_USAGE)) {
            draft.declare(Kind.STACK_USAGE, stem + ".su", language.isAssembler());
        }
        if (draft.wanted.contains(Kind.CALL_GRAPH)) {
            draft.declare(Kind.CALL_GRAPH, stem + ".ci", language.isAssembler());
        }
        if (draft.diagnostics != null) {
            draft.declare(Kind.DIAGNOSTICS, draft.diagnostics, true);
        }
    }

    /// Compilers do not agree with themselves on what is the suffix of a name such as `.o`.
    private boolean isOdd(String name) {
        var base = Names.base(name);
        return base.lastIndexOf('.') == 0 && (draft.dependencies.wanted || !draft.wanted.isEmpty());
    }
}

// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.argv;

import build.steading.compile.argv.Output.Kind;
import org.jspecify.annotations.Nullable;

/// Names what `cl.exe` writes.
final class MicrosoftOutputs {
    private MicrosoftOutputs() {}

    static void declare(Draft draft, String source) {
        var stem = Names.stem(Names.base(Names.fromMicrosoft(source)));
        draft.declare(Kind.OBJECT, objectName(draft.output, stem), false);
        var json = draft.dependencies.json;
        if (json != null) {
            var name = Names.fromMicrosoft(json);
            draft.declare(Kind.DEPENDENCIES, name.endsWith("/") ? name + Names.base(source) + ".json" : name, false);
        }
        if (draft.precompiled.used) {
            var file = draft.precompiled.file;
            if (file == null || Names.suffix(file).isEmpty()) {
                draft.sendHome(Reason.PRECOMPILED_HEADER, "/Yu without /Fp");
            } else {
                draft.inputs.add(new InputFile("/Fp", Names.fromMicrosoft(file)));
            }
        }
    }

    /// What ends in a separator is a directory; what has no suffix gets one.
    private static String objectName(@Nullable String given, String stem) {
        if (given == null) {
            return stem + ".obj";
        }
        var name = Names.fromMicrosoft(given);
        if (name.endsWith("/")) {
            return name + stem + ".obj";
        }
        return Names.suffix(name).isEmpty() ? name + ".obj" : name;
    }
}

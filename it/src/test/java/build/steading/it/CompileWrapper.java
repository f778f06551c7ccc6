// SPDX-License-Identifier: Apache-2.0
package build.steading.it;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/// What stands before a compiler's name: nothing, `steading cc`, or what pretends to be that.
///
/// @param words empty, or those with a space behind
/// @param masquerade a directory with links `gcc` and the like to it, which are found before the compilers
/// @param environment what it needs
record CompileWrapper(String words, Path masquerade, Map<String, String> environment) {
    CompileWrapper {
        environment = Map.copyOf(environment);
    }

    /// Returns the variables by which scripts name the compilers.
    Map<String, String> variables() {
        var variables = new HashMap<>(environment);
        variables.put("X", words.strip());
        variables.put("MASQUERADE", masquerade.toString());
        variables.put("CC", words + "gcc");
        variables.put("CXX", words + "g++");
        variables.put("CLANG", words + "clang");
        variables.put("CLANGXX", words + "clang++");
        return variables;
    }
}

// SPDX-License-Identifier: Apache-2.0
package build.steading.yaml;

import build.steading.failure.SteadingException;
import java.util.Optional;
import java.util.function.Function;

/// Reads YAML files of ours: all that is wrong with one is said at once, each with its place.
public final class YamlFile {
    private YamlFile() {}

    /// Returns what `reader` makes of the top of a file; empty if there is nothing in it but comments.
    ///
    /// @param fileName what to call the file in messages
    /// @param bytes the file, in UTF-8
    /// @param reader notes what is wrong in the values that it is given; what it returns counts only if there is
    ///     nothing
    /// @throws SteadingException with `Invalid` if anything is wrong: every problem is on a line of its own
    public static <T> Optional<T> read(String fileName, byte[] bytes, Function<Value, T> reader) {
        var problems = Problems.in(fileName);
        var read = YamlText.decode(bytes, problems)
                .flatMap(text -> YamlText.compose(text, problems))
                .map(reader);
        problems.throwIfAny();
        return read;
    }
}

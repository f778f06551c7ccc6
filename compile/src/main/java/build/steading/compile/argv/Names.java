// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.argv;

/// Takes names of files apart, without looking at files.
final class Names {
    private Names() {}

    /// Returns the name without its directories.
    static String base(String name) {
        return name.substring(name.lastIndexOf('/') + 1);
    }

    /// Returns the name with `/` between directories, where `\` may stand between them as well.
    static String fromMicrosoft(String name) {
        return name.replace('\\', '/');
    }

    /// Returns what follows the last dot of the name without its directories; nothing if there is no dot.
    static String suffix(String name) {
        var base = base(name);
        return base.substring(dot(base, base.length() - 1) + 1);
    }

    /// Returns the name without its last suffix; a dot that is the first character begins no suffix.
    static String stem(String name) {
        var start = name.lastIndexOf('/') + 1;
        var dot = name.lastIndexOf('.');
        return dot > start ? name.substring(0, dot) : name;
    }

    private static int dot(String base, int otherwise) {
        var dot = base.lastIndexOf('.');
        return dot < 0 ? otherwise : dot;
    }
}

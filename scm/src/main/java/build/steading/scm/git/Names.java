// SPDX-License-Identifier: Apache-2.0
package build.steading.scm.git;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.function.Supplier;

/// Decodes names and link targets, which are bytes to git and text in a Merkle tree.
final class Names {
    private Names() {}

    /// @param directory path of the directory that it is in, for people
    /// @throws SteadingException with `Invalid` if the bytes are not UTF-8
    static String decode(byte[] bytes, Supplier<String> directory) {
        if (isAscii(bytes)) {
            return new String(bytes, ISO_8859_1);
        }
        try {
            return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw new SteadingException(
                    new Failure.Invalid("`%s` in directory `%s` is not a name in UTF-8: rename it"
                            .formatted(escaped(bytes), directory.get())),
                    e);
        }
    }

    /// Returns `name` below `directory`, which is empty for the top.
    static String join(String directory, String name) {
        return directory.isEmpty() ? name : directory + "/" + name;
    }

    private static String escaped(byte[] bytes) {
        var text = new StringBuilder();
        for (var b : bytes) {
            if (b < ' ' || b == 0x7f) {
                text.append("\\x%02x".formatted(b));
            } else {
                text.append((char) b);
            }
        }
        return text.toString();
    }

    private static boolean isAscii(byte[] bytes) {
        for (var b : bytes) {
            if (b < 0) {
                return false;
            }
        }
        return true;
    }
}

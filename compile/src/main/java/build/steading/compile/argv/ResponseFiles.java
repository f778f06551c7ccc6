// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.argv;

import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.List;

/// Puts in place of each `@file` the arguments that the file holds, as compilers do it: also where a file names
/// another, and not where there is no such file.
final class ResponseFiles {
    private static final int MAX_FILES = 2000;
    private static final int MAX_ARGUMENTS = 1_000_000;

    private final ResponseFileReader reader;
    private final Words words;
    private final List<String> expanded = new ArrayList<>();
    private int files;

    private ResponseFiles(ResponseFileReader reader, Words words) {
        this.reader = reader;
        this.words = words;
    }

    /// What is wrong with a response file: the compiler itself shall say it.
    static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;

        Refused(String file) {
            super(file);
        }
    }

    /// @throws Refused if files name one another without end, or hold what is no text
    static List<String> expand(List<String> arguments, ResponseFileReader reader, Words words) throws Refused {
        var files = new ResponseFiles(reader, words);
        files.add(arguments);
        return files.expanded;
    }

    private void add(List<String> arguments) throws Refused {
        for (var argument : arguments) {
            if (argument.length() > 1 && argument.charAt(0) == '@') {
                addFile(argument);
            } else {
                expanded.add(argument);
            }
            if (expanded.size() > MAX_ARGUMENTS) {
                throw new Refused(argument);
            }
        }
    }

    private void addFile(String argument) throws Refused {
        var content = reader.read(argument.substring(1));
        if (content.isEmpty()) {
            expanded.add(argument);
            return;
        }
        files++;
        if (files > MAX_FILES) {
            throw new Refused(argument);
        }
        try {
            add(words.split(text(content.get())));
        } catch (CharacterCodingException _) {
            throw new Refused(argument);
        }
    }

    private static String text(byte[] bytes) throws CharacterCodingException {
        if (startsWith(bytes, 0xFF, 0xFE)) {
            return decode(bytes, 2, UTF_16LE);
        }
        if (startsWith(bytes, 0xFE, 0xFF)) {
            return decode(bytes, 2, UTF_16BE);
        }
        return decode(bytes, startsWith(bytes, 0xEF, 0xBB, 0xBF) ? 3 : 0, UTF_8);
    }

    private static String decode(byte[] bytes, int from, Charset charset) throws CharacterCodingException {
        return charset.newDecoder()
                .decode(ByteBuffer.wrap(bytes, from, bytes.length - from))
                .toString();
    }

    private static boolean startsWith(byte[] bytes, int... start) {
        if (bytes.length < start.length) {
            return false;
        }
        for (var i = 0; i < start.length; i++) {
            if ((bytes[i] & 0xFF) != start[i]) {
                return false;
            }
        }
        return true;
    }
}

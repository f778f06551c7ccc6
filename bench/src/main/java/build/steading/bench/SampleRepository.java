// SPDX-License-Identifier: Apache-2.0
package build.steading.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/// Writes a repository as `git fast-import` reads it: the branch `tree` has many files in directories of a
/// hundred, the branch `flat` has many in one directory. In the last commit of each, one file differs from the
/// one before. The same every time.
final class SampleRepository implements AutoCloseable {
    private static final int FILES_PER_DIRECTORY = 100;
    private static final int SMALLEST = 50;
    private static final int LARGEST = 20 * 1024;
    private static final List<String> WORDS = List.of(
            "int", "char", "return", "if", "for", "while", "static", "const", "struct", "the", "of", "(", ")", "{", "}",
            ";", "=", "+", "0", "1", "NULL", "\n", "\n   ");

    private final Random random = new Random(42);
    private final OutputStream out;

    private SampleRepository(OutputStream out) {
        this.out = new BufferedOutputStream(out, 1 << 16);
    }

    /// Makes the repository in `directory`.
    static void create(Path directory, int treeFiles, int flatFiles) throws IOException, InterruptedException {
        Programs.run("git", "init", "-q", "--bare", "-b", "tree", directory.toString());
        var git = new ProcessBuilder("git", "--git-dir=" + directory, "fast-import", "--quiet")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (var sample = new SampleRepository(git.getOutputStream())) {
            sample.branch("tree", treeFiles, true);
            sample.branch("flat", flatFiles, false);
        }
        if (git.waitFor() != 0) {
            throw new IOException("git fast-import failed");
        }
    }

    @Override
    public void close() throws IOException {
        out.close();
    }

    private void branch(String name, int files, boolean nested) throws IOException {
        commit(name, 1_700_000_000);
        for (var i = 0; i < files; i++) {
            file(path(i, nested));
        }
        commit(name, 1_700_000_100);
        file(path(files / 2, nested));
    }

    private static String path(int i, boolean nested) {
        var directory = i / FILES_PER_DIRECTORY;
        return nested
                ? "part%02d/dir%03d/file%05d.c".formatted(directory / 25, directory, i)
                : "all/file%05d.c".formatted(i);
    }

    private void commit(String branch, long seconds) throws IOException {
        print("commit refs/heads/%s\ncommitter A <a@example.org> %d +0000\ndata 0\n".formatted(branch, seconds));
    }

    private void file(String path) throws IOException {
        var content = content();
        print("M 100644 inline %s\ndata %d\n".formatted(path, content.length));
        out.write(content);
        print("\n");
    }

    /// As much like source text as it takes: it shrinks to about a third, and most files are small.
    private byte[] content() {
        var size = (int) (SMALLEST * Math.pow((double) LARGEST / SMALLEST, random.nextDouble()));
        var text = new StringBuilder(size + 16);
        while (text.length() < size) {
            var word = random.nextInt(3) == 0 ? "name" + random.nextInt(5000) : WORDS.get(random.nextInt(WORDS.size()));
            text.append(word).append(' ');
        }
        text.setLength(size);
        return text.toString().getBytes(UTF_8);
    }

    private void print(String text) throws IOException {
        out.write(text.getBytes(UTF_8));
    }
}

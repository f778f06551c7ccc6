// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.toolchain;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/// Finds the shared libraries of programs, by asking the dynamic loader itself: it knows best where it looks.
final class Libraries {
    private static final Pattern FOUND = Pattern.compile("\\s*(?:\\S+ => )?(?<file>/.*) \\(0x[0-9a-f]+\\)");
    private static final Pattern LOST = Pattern.compile("\\s*(?<library>\\S+) => not found");

    /// A directory of libraries for some processors only: another one takes what lies above it.
    private static final Pattern FOR_SOME = Pattern.compile("/glibc-hwcaps/[^/]+");

    private static final String CACHE = "/etc/ld.so.cache";

    private final Questions questions;
    private final Watch watch;

    Libraries(Questions questions, Watch watch) {
        this.questions = questions;
        this.watch = watch;
    }

    /// Adds all that is loaded when a program starts.
    ///
    /// @throws NotUsableException if it is no program, or a library is missing
    void addTo(Footprint footprint, Path program) throws NotUsableException {
        var loader = Elf.read(program).loader();
        if (loader.isEmpty()) {
            return;
        }
        watch.add(CACHE);
        if (footprint.add(loader.get()).isEmpty()) {
            throw new NotUsableException("`%s` needs `%s`, which is not there", program, loader.get());
        }
        var answer = questions.askOther(loader.get(), List.of("--list", program.toString()));
        var files = files(answer, program);
        files.forEach(footprint::add);
        files.forEach(file -> footprint.add(FOR_SOME.matcher(file).replaceFirst("")));
        if (needsCache(loader.get(), program, files)) {
            footprint.add(CACHE);
        }
    }

    private static Set<String> files(Questions.Answer answer, Path program) throws NotUsableException {
        if (answer.exit() != 0) {
            throw new NotUsableException(
                    "The libraries of `%s` cannot be found: its loader ends with %d", program, answer.exit());
        }
        var files = new LinkedHashSet<String>();
        for (var line : answer.text().lines().toList()) {
            var lost = LOST.matcher(line);
            if (lost.matches()) {
                throw new NotUsableException("`%s` needs `%s`, which is not found", program, lost.group("library"));
            }
            var found = FOUND.matcher(line);
            if (found.matches()) {
                files.add(found.group("file"));
            }
        }
        return files;
    }

    /// The list of all libraries of this machine changes with every other one that is installed, so it is left
    /// out where the loader finds the same without.
    private boolean needsCache(String loader, Path program, Set<String> files) throws NotUsableException {
        if (!Files.exists(Path.of(CACHE))) {
            return false;
        }
        var answer = questions.askOther(loader, List.of("--inhibit-cache", "--list", program.toString()));
        return answer.exit() != 0
                || LOST.matcher("").reset(answer.text()).find()
                || !files(answer, program).equals(files);
    }
}

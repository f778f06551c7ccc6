// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.toolchain;

import build.steading.compile.argv.Compiler;
import build.steading.compile.argv.Family;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/// Learns a compiler by asking it. Used once.
final class Learner {
    private static final Pattern CLANG = Pattern.compile("(?m)^(?:.* )?clang version ");
    private static final Pattern GCC = Pattern.compile("(?m)^gcc version ");

    /// Where execution looks if there is no `PATH`.
    private static final String USUAL_PATH = "/usr/bin:/bin";

    private final Call call;
    private final Watch watch;
    private final Questions questions;
    private final Libraries libraries;
    private final Set<String> path = new LinkedHashSet<>();

    Learner(Call call, Watch watch) {
        this.call = call;
        this.watch = watch;
        this.questions = new Questions(call);
        this.libraries = new Libraries(questions, watch);
    }

    Toolchain learn() throws NotUsableException {
        if (call.isSought()) {
            checkPath();
        }
        var driver = new Footprint(watch);
        var real = driver.add(call.program())
                .orElseThrow(() -> new NotUsableException("`%s` is not there", call.program()));
        libraries.addTo(driver, real);
        var compiler = compiler(real);
        var parts = parts(compiler.family());
        if (compiler.family() == Family.GCC) {
            addSpecs(driver, parts);
        } else {
            ClangFiles.addTo(driver, Path.of(questions.ask("-print-resource-dir")));
        }
        var directories = path.isEmpty() ? USUAL_PATH : String.join(":", path);
        return new Toolchain(call, compiler, directories, new Toolchain.Learnt(driver, parts, questions, watch));
    }

    /// A compiler that was called by a bare name looks for itself, and takes what it finds for itself.
    private void checkPath() throws NotUsableException {
        var found = call.onPath(call.name());
        if (!found.map(call.program()::equals).orElse(false)) {
            throw new NotUsableException(
                    "`%s` is `%s` on `PATH`, not `%s`", call.name(), found.orElse("nothing"), call.program());
        }
        watchPath(call.name());
        path.add(directory(call.program()));
    }

    /// A program that comes to lie in front of another on `PATH` is seen.
    private void watchPath(String name) {
        call.probes(name).forEach(watch::add);
    }

    private Compiler compiler(Path real) throws NotUsableException {
        var named = Compiler.named(real.toString())
                .orElseThrow(
                        () -> new NotUsableException("`%s` is `%s`, no compiler that is known", call.program(), real));
        var text = questions.askLoudly(call.directory(), List.of("-v")).text();
        if (CLANG.matcher(text).find()) {
            return clang();
        }
        if (GCC.matcher(text).find()) {
            return new Compiler(Family.GCC, named.plus());
        }
        throw new NotUsableException("`%s` says that it is neither GCC nor Clang", call.program());
    }

    /// Clang is one program, which does as it is called.
    private Compiler clang() throws NotUsableException {
        var called = Compiler.named(call.name());
        if (called.map(Compiler::family).map(Family::isMicrosoft).orElse(false)) {
            throw new NotUsableException("`%s` takes options as `cl.exe` does", call.program());
        }
        return new Compiler(Family.CLANG, called.map(Compiler::plus).orElse(false));
    }

    private Map<Part, Footprint> parts(Family family) throws NotUsableException {
        var parts = new EnumMap<Part, Footprint>(Part.class);
        for (var part : Part.values()) {
            if (part.isOf(family)) {
                var footprint = new Footprint(watch);
                if (add(footprint, questions.ask("-print-prog-name=" + part.program()))) {
                    parts.put(part, footprint);
                }
            }
        }
        return parts;
    }

    /// @param answer the name of the program, which is bare if the compiler leaves it to `PATH`
    private boolean add(Footprint footprint, String answer) throws NotUsableException {
        var name = answer;
        if (answer.indexOf('/') < 0) {
            watchPath(answer);
            var found = call.onPath(answer);
            if (found.isEmpty()) {
                return false;
            }
            name = found.get();
        }
        name = Path.of(call.directory()).resolve(name).toString();
        var real = footprint.add(name);
        if (real.isEmpty()) {
            return false;
        }
        var directory = directory(name);
        if (call.searches(directory)) {
            path.add(directory);
        }
        libraries.addTo(footprint, real.get());
        return true;
    }

    private static String directory(String file) {
        return file.substring(0, Math.max(1, file.lastIndexOf('/')));
    }

    /// GCC reads specs that lie beside its parts, if there are any, and finds parts there first.
    private void addSpecs(Footprint driver, Map<Part, Footprint> parts) throws NotUsableException {
        var specs = questions.ask("-print-file-name=specs");
        if (specs.indexOf('/') >= 0) {
            driver.add(specs);
        }
        var libgcc = Path.of(questions.ask("-print-file-name=libgcc.a"));
        var compilers = Path.of(questions.ask("-print-prog-name=cc1"));
        for (var directory : new LinkedHashSet<>(List.of(compilers, libgcc))) {
            if (directory.isAbsolute()) {
                driver.add(directory.resolveSibling("specs").toString());
                driver.add(directory.resolveSibling("../specs").toString());
                parts.keySet()
                        .forEach(part -> watch.add(
                                directory.resolveSibling(part.program()).toString()));
            }
        }
    }
}

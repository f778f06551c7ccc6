// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.toolchain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import build.steading.compile.argv.CommandLine.Compile;
import build.steading.compile.argv.CommandLines;
import build.steading.compile.argv.Compiler;
import build.steading.compile.argv.Family;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Finds the compilers of this machine.
class ToolchainsTest {
    private static final String PATH = "/usr/bin:/bin";

    @TempDir
    Path directory;

    private final Toolchains toolchains = new Toolchains(Stamps::of);

    @BeforeEach
    void needsGcc() {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/gcc")), "There is no `gcc`");
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/g++")), "There is no `g++`");
    }

    @Test
    void compilersAreWhatTheirLinksLeadTo() throws Exception {
        assertThat(find("gcc").compiler()).isEqualTo(new Compiler(Family.GCC, false));
        assertThat(find("g++").compiler()).isEqualTo(new Compiler(Family.GCC, true));
        link("any", "/usr/bin/g++");
        assertThat(find("./any").compiler()).isEqualTo(new Compiler(Family.GCC, true));
    }

    @Test
    void clangIsClangWhateverItIsCalled() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/clang")), "There is no `clang`");
        link("cc", "/usr/bin/clang");
        link("c++", "/usr/bin/clang");
        link("clang-cl", "/usr/bin/clang");
        assertThat(find("./cc").compiler()).isEqualTo(new Compiler(Family.CLANG, false));
        assertThat(find("./c++").compiler()).isEqualTo(new Compiler(Family.CLANG, true));
        assertThatThrownBy(() -> find("./clang-cl"))
                .isInstanceOf(NotUsableException.class)
                .hasMessageEndingWith("takes options as `cl.exe` does");
    }

    @Test
    void scriptsAreNotUsable() throws Exception {
        program("gcc", "#!/bin/sh\nexec /usr/bin/gcc \"$@\"\n");
        assertThatThrownBy(() -> find("./gcc"))
                .isInstanceOf(NotUsableException.class)
                .hasMessageEndingWith("gcc` is a script");
    }

    @Test
    void otherProgramsAreNotUsable() throws Exception {
        program("gcc", "hello");
        assertThatThrownBy(() -> find("./gcc")).hasMessageContaining("no program that Linux runs");
        link("cc", "/bin/ls");
        assertThatThrownBy(() -> find("./cc")).hasMessageContaining("no compiler that is known");
        Files.copy(Path.of("/bin/true"), directory.resolve("clang"));
        assertThatThrownBy(() -> find("./clang")).hasMessageContaining("neither GCC nor Clang");
        assertThatThrownBy(() -> find("./g++")).hasMessageEndingWith("is not there");
    }

    @Test
    void driverWithoutItsPartsIsNotUsable() throws Exception {
        Files.copy(Path.of("/usr/bin/gcc"), directory.resolve("gcc"));
        assertThatThrownBy(() -> needs(find("./gcc"), "gcc -c a.c"))
                .isInstanceOf(NotUsableException.class)
                .hasMessageEndingWith("finds no `cc1`");
    }

    @Test
    void compilerThatWouldFindAnotherOnPathIsNotUsable() throws Exception {
        link("gcc", "/usr/bin/gcc");
        assertThatThrownBy(() -> toolchains.find(new Call("gcc", "/usr/bin/gcc", directory + ":" + PATH, "/")))
                .isInstanceOf(NotUsableException.class)
                .hasMessage("`gcc` is `%s/gcc` on `PATH`, not `/usr/bin/gcc`", directory);
    }

    @Test
    void refusedOptionsAreNotUsable() {
        assertThatThrownBy(() -> needs(find("gcc"), "gcc -c a.c -mnonsense=1"))
                .isInstanceOf(NotUsableException.class)
                .hasMessageEndingWith("does not tell where it looks");
    }

    @Test
    void pathLeadsOnlyToWhatIsNeeded() throws Exception {
        link("gcc", "/usr/bin/gcc");
        var path = "/nowhere:" + directory + ":/usr/local/bin:" + PATH;
        var toolchain = toolchains.find(new Call("gcc", directory + "/gcc", path, "/"));
        assertThat(toolchain.path()).isEqualTo(directory + ":/usr/bin");
    }

    @Test
    void allFilesOfACompilerAreWatched() throws Exception {
        var toolchain = find("gcc");

        for (var file : needs(toolchain, "gcc -c a.c").files()) {
            if (Files.isRegularFile(Path.of(file))) {
                assertThat(toolchain.watches(file)).as(file).isTrue();
            }
        }
        assertThat(toolchain.watches("/usr/include/stdio.h")).isFalse();
    }

    @Test
    void needsAreRealFilesAndTheLinksToThem() throws Exception {
        var needs = needs(find("gcc"), "gcc -c a.c");
        assertThat(needs.files()).contains("/usr/bin/gcc").anyMatch(file -> file.endsWith("/cc1"));
        assertThat(needs.files()).noneMatch(file -> file.endsWith("/cc1plus") || file.endsWith("objcopy"));
        assertThat(needs.files())
                .allSatisfy(file -> assertThat(parent(file).toRealPath()).isEqualTo(parent(file)))
                .allSatisfy(file -> assertThat(Path.of(file)).exists());
        assertThat(needs.directories())
                .allSatisfy(name -> assertThat(Path.of(name).toRealPath()).hasToString(name));
    }

    @Test
    void partsAreThoseOfTheCompile() throws Exception {
        var gcc = find("gcc");
        assertThat(needs(gcc, "gcc -S a.c").files()).noneMatch(file -> file.endsWith("/as"));
        assertThat(needs(gcc, "gcc -c a.s").files()).noneMatch(file -> file.endsWith("/cc1"));
        assertThat(needs(gcc, "gcc -c a.cc").files()).anyMatch(file -> file.endsWith("/cc1plus"));
        assertThat(needs(gcc, "gcc -c -g -gsplit-dwarf a.c").files()).contains("/usr/bin/objcopy");
    }

    @Test
    void directoriesAreThoseThatTheCompilerSearches() throws Exception {
        var search = needs(find("g++"), "g++ -c a.cc").search();
        assertThat(search.existing()).contains("/usr/include").anyMatch(name -> name.contains("c++"));
        assertThat(search.existing())
                .allSatisfy(name -> assertThat(Path.of(name)).isDirectory());
        assertThat(search.missing())
                .allSatisfy(name -> assertThat(Path.of(name)).doesNotExist());
        assertThat(needs(find("g++"), "g++ -nostdinc -c a.cc").search().existing())
                .isEmpty();
        assertThat(needs(find("gcc"), "gcc -c a.i").search()).isEqualTo(SearchDirectories.NONE);
    }

    @Test
    void relativeRootIsThatOfTheDirectory() throws Exception {
        Files.createDirectories(directory.resolve("root/usr/include"));
        var compile = compile(find("gcc").compiler(), "gcc --sysroot=root -c a.c");
        assertThat(find("gcc").needs(compile, directory.toString()).search().existing())
                .anyMatch(name -> name.endsWith("root/usr/include"));
        assertThat(find("gcc").needs(compile, "/").search().existing())
                .noneMatch(name -> name.endsWith("root/usr/include"));
    }

    @Test
    void headersMayComeAndGo() throws Exception {
        var include = Files.createDirectories(directory.resolve("root/usr/include"));
        var gcc = find("gcc");
        var needs = needs(gcc, "gcc --sysroot=" + directory + "/root -c a.c");
        assertThat(needs.directories()).contains(include.toRealPath().toString());
        Files.writeString(include.resolve("new.h"), "");
        assertThat(gcc.isCurrent()).isTrue();
    }

    @Test
    void compilesOfAKindShareTheirNeeds() throws Exception {
        assertThat(needs(find("gcc"), "gcc -c a.c -O2")).isSameAs(needs(find("gcc"), "gcc -g -c b.c"));
    }

    @Test
    void compilerIsLearnedOnceForAllWhoAskAtOnce() throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<Toolchain> finding = () -> find("gcc");
            var found = threads.invokeAll(List.of(finding, finding, finding, finding));
            var first = found.getFirst().get();
            for (var other : found) {
                assertThat(other.get()).isSameAs(first);
            }
        }
    }

    @Test
    void compilerIsLearnedAnewWhenItIsReplaced() throws Exception {
        link("cc", "/usr/bin/gcc");
        var old = find("./cc");
        assertThat(find("./cc")).isSameAs(old);
        Files.delete(directory.resolve("cc"));
        link("cc", "/usr/bin/g++");
        assertThat(old.isCurrent()).isFalse();
        assertThat(find("./cc").compiler().plus()).isTrue();
    }

    @Test
    void compilerIsLearnedAnewWhenAPartIsPutInFrontOfAnother() throws Exception {
        var call = new Call("/usr/bin/gcc", "/usr/bin/gcc", directory + ":" + PATH, "/");
        var old = toolchains.find(call);
        assertThat(old.isCurrent()).isTrue();
        link("as", "/usr/bin/as");
        assertThat(old.isCurrent()).isFalse();
        assertThat(needs(toolchains.find(call), "gcc -c a.c").files()).contains(directory.toRealPath() + "/as");
    }

    private Toolchain find(String name) throws NotUsableException {
        var program = name.indexOf('/') < 0 ? Path.of("/usr/bin", name) : directory.resolve(name);
        return toolchains.find(new Call(name, program.toString(), PATH, directory.toString()));
    }

    private static Needs needs(Toolchain toolchain, String line) throws NotUsableException {
        return toolchain.needs(compile(toolchain.compiler(), line), "/");
    }

    private static Compile compile(Compiler compiler, String line) {
        return (Compile) new CommandLines(_ -> Optional.empty()).read(compiler, List.of(line.split(" ")), Map.of());
    }

    private static Path parent(String file) {
        return Path.of(file.substring(0, Math.max(1, file.lastIndexOf('/'))));
    }

    private void link(String name, String target) throws IOException {
        Files.createSymbolicLink(directory.resolve(name), Path.of(target));
    }

    private void program(String name, String text) throws IOException {
        assertThat(Files.writeString(directory.resolve(name), text).toFile().setExecutable(true))
                .isTrue();
    }
}

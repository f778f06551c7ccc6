// SPDX-License-Identifier: Apache-2.0
package build.steading.conformance;

import static build.steading.conformance.Check.info;
import static build.steading.conformance.Check.must;
import static build.steading.conformance.Check.should;

import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/// What an action finds when it begins.
final class InputChecks {
    /// What a shell sets by itself.
    private static final Set<String> OF_SHELLS = Set.of("PWD", "OLDPWD", "SHLVL", "_");

    private static final Set<String> DECLARED = Set.of("CHECK", "GREETING", "PATH");

    /// What services, containers, logins and runtimes set, and an action has no use for. A worker may have
    /// defaults for what programs look for, such as a private `HOME`.
    private static final Pattern OF_SESSIONS =
            Pattern.compile("(SSH|SUDO|XDG|DBUS|SYSTEMD|KUBERNETES|JAVA|JDK|MAVEN|RUNFILES)_.*"
                    + "|INVOCATION_ID|JOURNAL_STREAM|HOSTNAME|DISPLAY|TERM|MAIL|LS_COLORS|CLASSPATH|NOTIFY_SOCKET");

    private InputChecks() {}

    static List<Check> all() {
        return List.of(
                must(
                        "W10",
                        "A command runs in its working directory, and outputs are relative to it",
                        InputChecks::cwd),
                info("W11", "A working directory that is not in the inputs", InputChecks::missingCwd),
                should(
                        "W12",
                        "The environment is the command's, and shows nothing of the worker's own",
                        InputChecks::environment),
                must("W13", "A relative program is found from the working directory", InputChecks::relativeProgram),
                must("W14", "A bare program is found on the command's PATH", InputChecks::bareProgram),
                must("W15", "Input files are executable or not, as said", InputChecks::modes),
                must("W16", "A relative symlink is one", InputChecks::links),
                must("W17", "An empty directory is there", InputChecks::emptyFolder),
                must("W18", "An empty file is there that was never uploaded", InputChecks::emptyFile),
                must("W19", "Names may have blanks, quotes and letters of any language", InputChecks::names),
                info("W20", "An absolute symlink", InputChecks::absoluteLink),
                must("W23", "Standard input is empty", InputChecks::stdin),
                must("W34", "New files may be made beside inputs", InputChecks::writable),
                should("122", "100,000 input files arrive", InputChecks::many),
                should("123", "Deep trees and long names arrive", InputChecks::deep));
    }

    private static String cwd(Target target) throws InterruptedException {
        var input = new Folder().folder("sub", new Folder().file("f", "one\n"));
        var done = target.jobs()
                .succeed(Job.sh("cp f out.txt; pwd").input(input).in("sub").paths("out.txt"));
        Expect.equal("Content", "one\n", done.content("out.txt"));
        Expect.that(
                done.stdout().strip().endsWith("/sub"),
                "it ran in %s",
                done.stdout().strip());
        return "";
    }

    private static String missingCwd(Target target) throws InterruptedException {
        var problem = target.jobs().start(Job.sh("pwd").in("not/there")).await().problem(target);
        return Expect.describe(problem.status());
    }

    private static String environment(Target target) throws InterruptedException {
        var done = target.jobs().succeed(Job.sh("env").env("GREETING", "hello there"));
        var lines = Set.copyOf(done.stdout().lines().toList());
        Expect.that(lines.contains("GREETING=hello there"), "`GREETING` is not there");
        var others = lines.stream()
                .map(line -> line.substring(0, Math.max(0, line.indexOf('='))))
                .filter(name -> !OF_SHELLS.contains(name) && !DECLARED.contains(name))
                .sorted()
                .toList();
        Expect.that(
                others.stream().noneMatch(name -> OF_SESSIONS.matcher(name).matches()),
                "the worker's own session shows: %s",
                others);
        return others.isEmpty() ? "nothing else" : "defaults of the worker: " + String.join(", ", others);
    }

    private static final String TOOL = "#!/bin/sh\necho tool\n";

    private static String relativeProgram(Target target) throws InterruptedException {
        var bin = new Folder().program("tool", TOOL);
        var input = new Folder().folder("sub", new Folder().folder("bin", bin));
        var done = target.jobs().succeed(Job.run("bin/tool").input(input).in("sub"));
        Expect.equal("Output", "tool\n", done.stdout());
        return "";
    }

    private static String bareProgram(Target target) throws InterruptedException {
        var done = target.jobs().succeed(Job.run("sh", "-c", "echo found"));
        Expect.equal("Output", "found\n", done.stdout());
        return "";
    }

    private static String modes(Target target) throws InterruptedException {
        var input = new Folder().program("tool", TOOL).file("plain", TOOL);
        var done = target.jobs()
                .succeed(Job.sh("test -x tool && ./tool && test ! -x plain").input(input));
        Expect.equal("Output", "tool\n", done.stdout());
        return "";
    }

    private static String links(Target target) throws InterruptedException {
        var input = new Folder().file("f", "one\n").link("l", "f").link("up", "../elsewhere");
        var done =
                target.jobs().succeed(Job.sh("readlink l; cat l; readlink up").input(input));
        Expect.equal("Output", "f\none\n../elsewhere\n", done.stdout());
        return "";
    }

    private static String emptyFolder(Target target) throws InterruptedException {
        var input = new Folder().folder("empty", new Folder());
        target.jobs()
                .succeed(Job.sh("test -d empty && test -z \"$(ls -A empty)\"").input(input));
        return "";
    }

    private static String emptyFile(Target target) throws InterruptedException {
        var input = new Folder().absent("empty", Blob.EMPTY.digest(), false);
        target.jobs().succeed(Job.sh("test -f empty && test ! -s empty").input(input));
        return "";
    }

    private static String names(Target target) throws InterruptedException {
        var input = new Folder()
                .file("with blank", "1")
                .file("it's", "2")
                .file("ünïcödé", "3")
                .file("日本", "4");
        var script = "cat 'with blank' \"it's\" ünïcödé 日本; cp ünïcödé öut";
        var done = target.jobs().succeed(Job.sh(script).input(input).paths("öut"));
        Expect.equal("Output", "1234", done.stdout());
        Expect.equal("Content", "3", done.content("öut"));
        return "";
    }

    private static String absoluteLink(Target target) throws InterruptedException {
        var input = new Folder().link("l", "/etc/passwd");
        var problem =
                target.jobs().start(Job.sh("readlink l").input(input)).await().problem(target);
        var strategy = target.announced().getCacheCapabilities().getSymlinkAbsolutePathStrategy();
        return "%s: %s".formatted(strategy, Expect.describe(problem.status()));
    }

    private static String stdin(Target target) throws InterruptedException {
        var done = target.jobs().succeed(Job.sh("cat; echo end"));
        Expect.equal("Output", "end\n", done.stdout());
        return "";
    }

    private static String writable(Target target) throws InterruptedException {
        var input = new Folder().folder("src", new Folder().file("a", "one\n"));
        var done = target.jobs().succeed(Job.sh("cp src/a src/b").input(input).paths("src/b"));
        Expect.equal("Content", "one\n", done.content("src/b"));
        return "";
    }

    private static String many(Target target) throws InterruptedException {
        var folder = new Folder();
        for (var i = 0; i < 1_000; i++) {
            folder.absent("f" + i, Blob.EMPTY.digest(), false);
        }
        target.blobs().put(folder.blobs());
        var root = new Folder();
        for (var i = 0; i < 100; i++) {
            root.absentFolder("d" + i, folder.digest());
        }
        var done = target.jobs().succeed(Job.sh("find . -type f | wc -l").input(root));
        Expect.equal("Files", "100000", done.stdout().strip());
        return "took %d ms".formatted(done.took().toMillis());
    }

    private static String deep(Target target) throws InterruptedException {
        var name = "n".repeat(255);
        var folder = new Folder().file(name, "deep\n");
        for (var level = 0; level < 200; level++) {
            folder = new Folder().folder("d", folder);
        }
        var script = "i=0; while [ $i -lt 200 ]; do cd d; i=$((i + 1)); done; cat *";
        var done = target.jobs().succeed(Job.sh(script).input(folder));
        Expect.equal("Output", "deep\n", done.stdout());
        return "";
    }
}

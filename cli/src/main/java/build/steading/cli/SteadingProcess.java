// SPDX-License-Identifier: Apache-2.0
package build.steading.cli;

import build.steading.cli.door.Backend;
import build.steading.cli.door.BackgroundProcess;
import build.steading.cli.door.ExitCode;
import build.steading.cli.door.Home;
import build.steading.failure.SteadingException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Main class of all processes that stay. Arguments: the home directory, the build's id, and for the process of a
/// role what was typed, the role first.
public final class SteadingProcess {
    private static final String CARRIERS = "jdk.virtualThreadScheduler.parallelism";
    private static final int CARRIERS_PER_PROCESSOR = 2;

    private SteadingProcess() {}

    public static void main(String[] arguments) throws InterruptedException {
        var console = System.err;
        var code = ExitCode.OK;
        hearOutTheJdk();
        addCarriers();
        try {
            var home = new Home(Path.of(arguments[0]));
            if (arguments.length > 2) {
                var typed = List.of(arguments).subList(2, arguments.length);
                code = new RoleProcess(home, arguments[1], version()).run(typed);
            } else {
                BackgroundProcess.run(home, BackgroundProcess.Settings.of(arguments[1]), SteadingProcess::backend);
            }
        } catch (SteadingException e) {
            console.println("steading: " + e.failure().message());
            System.exit(ExitCode.of(e.failure()));
        }
        // Whatever a library left running must not keep the process: the launcher of `stop` waits for its end.
        System.exit(code);
    }

    /// Has the JDK say now, to nobody, what it would say on standard error when it first starts a process: that
    /// the way in which it is told to (`steading.launch`) may not be there in another JDK.
    private static void hearOutTheJdk() {
        var console = System.err;
        System.setErr(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8));
        try {
            Class.forName("java.lang.ProcessImpl");
        } catch (ClassNotFoundException _) {
            // Then it is said, if at all, in its time.
        } finally {
            System.setErr(console);
        }
    }

    /// Has virtual threads run on twice as many threads as there are processors. One of those that computes, or
    /// reads a file, keeps waiting whatever has come to it, and takes what comes from other threads, for instance
    /// calls, only after all that: there must be some to spare. The JDK looks once, before the first virtual
    /// thread.
    private static void addCarriers() {
        var processors = Runtime.getRuntime().availableProcessors();
        if (System.getProperty(CARRIERS) == null) {
            System.setProperty(CARRIERS, Integer.toString(CARRIERS_PER_PROCESSOR * processors));
        }
    }

    /// Returns what commands find that come to `home`.
    private static Backend backend(Home home) {
        if (Files.isDirectory(FarmServer.directory(home))) {
            throw SteadingException.invalid(
                    "`%s` belongs to the server of a farm, which does not run: start it with `steading server`",
                    home.directory());
        }
        if (CompileGuest.livesIn(home)) {
            return new CompileGuest(home, version());
        }
        return FarmMember.credentials(home).joined()
                ? new FarmMember(home, version())
                : new EmbeddedFarm(home, version());
    }

    private static String version() {
        var packaged = SteadingProcess.class.getPackage().getImplementationVersion();
        return packaged == null ? "unpackaged" : packaged;
    }
}

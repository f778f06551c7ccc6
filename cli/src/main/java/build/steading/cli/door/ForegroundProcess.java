// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.door;

import build.steading.lifecycle.Resources;
import java.lang.System.Logger.Level;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// A process without a front door that does something until it is told to end: a signal ends it orderly, a second
/// one at once.
public final class ForegroundProcess {
    private static final long MAX_LOG_BYTES = 16 << 20;
    private static final int TERMINATION_SECONDS = 60;

    private ForegroundProcess() {}

    /// Runs `start`, and closes what it opened when the process is to end.
    ///
    /// @param home the process is the only one of its kind there
    /// @throws build.steading.failure.SteadingException with `Unavailable` if another one is there already, and
    ///     whatever `start` throws
    public static void run(Home home, Consumer<Resources> start) throws InterruptedException {
        Logging.prepare();
        home.create();
        var ending = new CountDownLatch(1);
        var ended = new CountDownLatch(1);
        try (var lock = ProcessLock.forGood(home)) {
            Logging.install(new LogFile(home.logFile(), MAX_LOG_BYTES), true);
            var logger = System.getLogger(ForegroundProcess.class.getName());
            var hook = new Thread(() -> terminate(ending, ended), "terminate");
            try (var resources = new Resources()) {
                start.accept(resources);
                Runtime.getRuntime().addShutdownHook(hook);
                logger.log(
                        Level.INFO, "Started: pid {0}", ProcessHandle.current().pid());
                ending.await();
                logger.log(Level.INFO, "Ending");
            } finally {
                ended.countDown();
            }
            logger.log(Level.INFO, "Ended, and released {0}", lock);
        }
    }

    /// The shutdown hook: the virtual machine ends when it returns.
    private static void terminate(CountDownLatch ending, CountDownLatch ended) {
        ending.countDown();
        try {
            boolean _ = ended.await(TERMINATION_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException _) {
            // The virtual machine ends in any case.
        }
    }
}

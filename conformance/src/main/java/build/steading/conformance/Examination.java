// SPDX-License-Identifier: Apache-2.0
package build.steading.conformance;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Puts checks to a server, several at a time. [#close] ends what still runs.
public final class Examination implements AutoCloseable {
    private final Target target;
    private final Duration patience;
    private final Semaphore places;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    /// @param atOnce how many checks run at the same time
    /// @param patience how long one check may take
    public Examination(Target target, int atOnce, Duration patience) {
        this.target = target;
        this.patience = patience;
        this.places = new Semaphore(atOnce, true);
    }

    /// Begins with all checks, in their order.
    ///
    /// @return what they come to, in the same order
    public List<Future<Finding>> begin(List<Check> checks) {
        var findings = new ArrayList<Future<Finding>>();
        checks.forEach(check -> findings.add(threads.submit(() -> run(check))));
        return findings;
    }

    private Finding run(Check check) throws InterruptedException {
        places.acquire();
        var begun = System.nanoTime();
        try {
            var seen = inTime(() -> check.body().run(target));
            return finding(check, check.level() == Level.INFO ? Verdict.NOTED : Verdict.PASSED, seen, begun);
        } catch (NotApplicable e) {
            return finding(check, Verdict.SKIPPED, message(e), begun);
        } catch (Unmet e) {
            return finding(check, failed(check), message(e), begun);
        } catch (TimeoutException _) {
            return finding(check, failed(check), "not done after %d s".formatted(patience.toSeconds()), begun);
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            return finding(check, failed(check), String.valueOf(e.getMessage()), begun);
        } finally {
            places.release();
        }
    }

    private static Verdict failed(Check check) {
        return check.level() == Level.INFO ? Verdict.NOTED : Verdict.FAILED;
    }

    private String inTime(Callable<String> body) throws Exception {
        var running = threads.submit(body);
        try {
            return running.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        } finally {
            running.cancel(true);
        }
    }

    private static String message(RuntimeException e) {
        return String.valueOf(e.getMessage());
    }

    private static Finding finding(Check check, Verdict verdict, String seen, long begun) {
        return new Finding(check, verdict, Expect.brief(seen), Duration.ofNanos(System.nanoTime() - begun));
    }

    @Override
    public void close() {
        threads.shutdownNow();
        threads.close();
    }
}

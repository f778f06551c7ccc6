// SPDX-License-Identifier: Apache-2.0
package build.steading.client;

import build.steading.auth.Credentials;
import build.steading.failure.SteadingException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.InstantSource;

/// Keeps the certificate of this machine or user from ending: gets the next one when two thirds of its life are
/// over, and tries again as long as the farm cannot be reached. [#close] ends its thread.
public final class Renewal implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Renewal.class.getName());
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);
    private static final Duration SHORTEST_PAUSE = Duration.ofSeconds(1);

    /// Looks in a certificate's life.
    private static final int LOOKS = 50;

    private final Credentials credentials;
    private final Enrolment enrolment;
    private final InstantSource clock;
    private final Thread thread;
    private final Runnable renewed;
    private String lastFailure = "";

    private Renewal(Credentials credentials, Enrolment enrolment, InstantSource clock, Runnable renewed) {
        this.credentials = credentials;
        this.enrolment = enrolment;
        this.clock = clock;
        this.renewed = renewed;
        this.thread = Thread.ofVirtual().name("certificate-renewal").unstarted(this::run);
    }

    /// Starts to look after `credentials`, of somebody who has joined.
    ///
    /// @param renewed told after each renewal; connections show the new certificate without being told
    public static Renewal start(Credentials credentials, Enrolment enrolment, InstantSource clock, Runnable renewed) {
        var renewal = new Renewal(credentials, enrolment, clock, renewed);
        renewal.thread.start();
        return renewal;
    }

    private void run() {
        try {
            while (true) {
                Thread.sleep(lookAfter());
            }
        } catch (InterruptedException _) {
            // close() ends this thread, so nobody is left to be told.
        }
    }

    /// Returns how long to wait before the next look.
    private Duration lookAfter() {
        var pause = LONGEST_PAUSE;
        try {
            pause = pause();
            if (credentials.expiring(clock.instant())) {
                enrolment.renew(credentials);
                LOG.log(
                        Level.INFO,
                        "The certificate of {0} was renewed",
                        credentials.identity().described());
                lastFailure = "";
                renewed.run();
            }
        } catch (SteadingException e) {
            // It stays until it ends, and the next look may find the farm again. Said once for each reason.
            var message = e.failure().message();
            if (!message.equals(lastFailure)) {
                LOG.log(Level.WARNING, "The certificate could not be renewed: {0}", message);
                lastFailure = message;
            }
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "The certificate could not be renewed", e);
        }
        return pause;
    }

    private Duration pause() {
        var certificate = credentials.get().certificate();
        var life = Duration.between(
                certificate.getNotBefore().toInstant(),
                certificate.getNotAfter().toInstant());
        var share = life.dividedBy(LOOKS);
        if (share.compareTo(SHORTEST_PAUSE) < 0) {
            return SHORTEST_PAUSE;
        }
        return share.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : share;
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}

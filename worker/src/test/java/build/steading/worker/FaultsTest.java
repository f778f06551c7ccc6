// SPDX-License-Identifier: Apache-2.0
package build.steading.worker;

import static org.assertj.core.api.Assertions.assertThat;

import build.steading.blob.VerifyingInputStream;
import build.steading.digest.Digest;
import build.steading.execute.Outcome;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.schedule.Fault;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FaultsTest {
    private static final Digest BLOB = Digest.of(new byte[] {1});

    private static Outcome.NotRun notRun(SteadingException e, Fault stage) {
        return (Outcome.NotRun) Faults.notRun(e, stage);
    }

    private static SteadingException unavailable(Throwable cause) {
        return SteadingException.unavailable("It failed", SteadingException.unavailable("Deeper", cause));
    }

    @Test
    void stageDecidesWhereTheCauseSaysNothing() {
        assertThat(notRun(unavailable(new IOException("Lost")), Fault.SETUP).fault())
                .isEqualTo(Fault.SETUP);
        assertThat(notRun(unavailable(new IOException("Lost")), Fault.UPLOAD).fault())
                .isEqualTo(Fault.UPLOAD);
    }

    @Test
    void fullDiskIsFoundBelowWhateverStandsAboveIt() {
        var full = new FileSystemException("/store/x", null, "No space left on device");

        assertThat(notRun(unavailable(full), Fault.UPLOAD).fault()).isEqualTo(Fault.DISK_FULL);
        assertThat(notRun(unavailable(new IOException("Disk quota exceeded")), Fault.SETUP)
                        .fault())
                .isEqualTo(Fault.DISK_FULL);
    }

    @Test
    void fullDiskOfAnotherMachineIsNotOurs() {
        var said = new IllegalStateException("UNAVAILABLE: No space left on device");

        assertThat(notRun(unavailable(said), Fault.UPLOAD).fault()).isEqualTo(Fault.UPLOAD);
    }

    @Test
    void fullDiskOfTheRunnerIsOurs() {
        assertThat(Faults.notStarted(new Failure.Unavailable("mkdir: No space left on device")))
                .isEqualTo(
                        new Outcome.NotRun(new Failure.Unavailable("mkdir: No space left on device"), Fault.DISK_FULL));
    }

    @Test
    void badBytesAreCalledSo() throws IOException {
        try (var bad = new VerifyingInputStream(new ByteArrayInputStream(new byte[] {2}), BLOB, () -> {})) {
            var _ = bad.readAllBytes();
            throw new AssertionError("Nobody noticed");
        } catch (IOException e) {
            assertThat(notRun(unavailable(e), Fault.SETUP).fault()).isEqualTo(Fault.CORRUPT);
        }
    }

    @Test
    void missingInputsAreTheRequestersToBringButLostOutputsAreNot() {
        var missing = new SteadingException(new Failure.MissingBlobs(Set.of(BLOB)));

        assertThat(notRun(missing, Fault.SETUP).retryable()).isFalse();
        assertThat(notRun(missing, Fault.SETUP).failure()).isEqualTo(missing.failure());
        assertThat(notRun(missing, Fault.UPLOAD).retryable()).isTrue();
    }
}

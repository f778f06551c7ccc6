// SPDX-License-Identifier: Apache-2.0
package build.steading.client;

import static org.assertj.core.api.Assertions.assertThat;

import build.steading.build.BuildId;
import build.steading.build.Priority;
import build.steading.build.RequestRecord;
import build.steading.build.RequestRecord.State;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutboxTest {
    private static final Path OUT = Path.of("/home/ann/line\nbreak = ä");

    @TempDir
    private Path directory;

    private static RequestRecord request(long id, State state) {
        return new RequestRecord(
                id,
                new BuildId(3),
                "ann",
                Optional.empty(),
                "main",
                false,
                Instant.EPOCH,
                Priority.INTERACTIVE,
                Optional.empty(),
                state,
                "",
                "");
    }

    @Test
    void nextProcessKnowsWhatIsOwed() {
        new Outbox(directory).expect(request(7, State.OPEN), OUT);

        assertThat(new Outbox(directory).open()).singleElement().satisfies(parcel -> {
            assertThat(parcel.request()).isEqualTo(7);
            assertThat(parcel.build()).isEqualTo(new BuildId(3));
            assertThat(parcel.out()).isEqualTo(OUT);
        });
    }

    @Test
    void requestCountsAsOpenUntilItsArtifactsAreInPlace() {
        var outbox = new Outbox(directory);
        outbox.expect(request(7, State.OPEN), OUT);
        var answered = request(7, State.ANSWERED);
        assertThat(outbox.find(7).orElseThrow().on(answered).state()).isEqualTo(State.OPEN);

        outbox.settle(outbox.find(7).orElseThrow(), State.UNDELIVERED, "Disk full");

        var again = new Outbox(directory);
        assertThat(again.open()).isEmpty();
        assertThat(again.find(7).orElseThrow().on(answered))
                .isEqualTo(answered.withOut(Optional.of(OUT)).closed(State.UNDELIVERED, "Disk full"));
    }

    @Test
    void withdrawnRequestIsSeenAsSuch() {
        var outbox = new Outbox(directory);
        outbox.expect(request(7, State.OPEN), OUT);

        assertThat(outbox.find(7).orElseThrow().on(request(7, State.WITHDRAWN)).state())
                .isEqualTo(State.WITHDRAWN);
    }

    @Test
    void fileThatNobodyCanReadIsPassedOver() throws IOException {
        new Outbox(directory).expect(request(7, State.OPEN), OUT);
        Files.writeString(directory.resolve("8"), "half of");
        Files.writeString(directory.resolve("9.new"), "");

        assertThat(new Outbox(directory).open()).hasSize(1);
    }

    @Test
    void whatIsOwedIsKeptHoweverManyWereAnswered() {
        var outbox = new Outbox(directory);
        outbox.expect(request(1, State.OPEN), OUT);
        for (var id = 2; id < 1_010; id++) {
            outbox.expect(request(id, State.OPEN), OUT);
            outbox.settle(outbox.find(id).orElseThrow(), State.ANSWERED, "");
        }

        assertThat(outbox.open()).hasSize(1);
        assertThat(outbox.find(2)).isEmpty();
        assertThat(outbox.find(1_009)).isPresent();
    }
}

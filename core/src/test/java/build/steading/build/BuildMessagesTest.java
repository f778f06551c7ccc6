// SPDX-License-Identifier: Apache-2.0
package build.steading.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import build.steading.build.BuildSpec.SingleCommand;
import build.steading.build.BuildSpec.SourceRef;
import build.steading.digest.Digest;
import build.steading.failure.SteadingException;
import build.steading.log.LogPosition;
import build.steading.platform.Requirement;
import build.steading.source.Revision;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BuildMessagesTest {
    /// Makes records at random: equal for equal seeds.
    private record Any(Random random) {
        String text() {
            return List.of("", "main", "feature/ä", "line\nbreak", "\u0000\u2713", "x".repeat(300))
                            .get(random.nextInt(6))
                    + random.nextInt();
        }

        long number() {
            return random.nextLong(Long.MAX_VALUE);
        }

        Instant time() {
            return Instant.EPOCH.plus(random.nextLong(1L << 52), ChronoUnit.MICROS);
        }

        Digest digest() {
            return Digest.of(text().getBytes(java.nio.charset.StandardCharsets.UTF_8));
        }

        <T> Optional<T> maybe(Supplier<T> value) {
            return random.nextBoolean() ? Optional.of(value.get()) : Optional.empty();
        }

        <T> List<T> some(Supplier<T> value) {
            return Stream.generate(value).limit(random.nextInt(4)).toList();
        }

        <T> T one(T[] values) {
            return values[random.nextInt(values.length)];
        }

        BuildSpec spec() {
            var revision = new Revision(text(), text(), text(), random.nextBoolean(), time(), text());
            return new BuildSpec(
                    text(),
                    new SourceRef(text(), text(), text(), revision),
                    digest(),
                    Map.of(text(), text()),
                    Map.of(text(), text()),
                    some(this::text),
                    maybe(() -> new SingleCommand(text(), some(this::text), random.nextBoolean())),
                    random.nextBoolean(),
                    Requirement.parse("cores > 1"));
        }

        TaskRecord task() {
            return new TaskRecord(
                    text(),
                    new TaskRecord.Ending(
                            one(TaskState.values()),
                            random.nextInt(257) - 1,
                            random.nextBoolean(),
                            random.nextBoolean(),
                            text()),
                    maybe(this::digest),
                    text(),
                    new TaskRecord.Times(maybe(this::time), maybe(this::time), maybe(this::time)),
                    maybe(this::digest),
                    maybe(this::digest));
        }

        BuildRecord build() {
            return new BuildRecord(
                    new BuildId(number()),
                    spec(),
                    one(BuildState.values()),
                    text(),
                    time(),
                    maybe(this::time),
                    maybe(this::time),
                    maybe(this::digest),
                    some(this::task));
        }

        RequestRecord request() {
            return new RequestRecord(
                    number(),
                    new BuildId(number()),
                    text(),
                    Optional.empty(),
                    text(),
                    random.nextBoolean(),
                    time(),
                    one(Priority.values()),
                    Optional.empty(),
                    one(RequestRecord.State.values()),
                    text(),
                    "");
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16})
    void recordsAreReadAsTheyWereWritten(long seed) {
        var any = new Any(new Random(seed));
        for (var i = 0; i < 20; i++) {
            var build = any.build();
            assertThat(BuildMessages.fromProto(BuildMessages.toProto(build))).isEqualTo(build);
            var request = any.request();
            assertThat(BuildMessages.fromProto(BuildMessages.toProto(request))).isEqualTo(request);
            var position = new LogPosition(any.time(), any.number());
            assertThat(BuildMessages.fromProto(BuildMessages.toProto(position))).isEqualTo(position);
            var causes = new Causes(any.some(any::text), Map.of(any.text(), any.some(any::text)));
            assertThat(BuildMessages.fromProto(BuildMessages.toProto(causes))).isEqualTo(causes);
        }
    }

    @Test
    void directoryAddressAndKeyOfARequestStayWhereTheyAreKnown() {
        var request = new Any(new Random(1)).request();
        var known = new RequestRecord(
                request.id(),
                request.build(),
                request.requester(),
                Optional.of("ann@example.org"),
                request.revision(),
                request.joined(),
                request.time(),
                request.priority(),
                Optional.of(Path.of("/home/ann/out")),
                request.state(),
                request.note(),
                "secret");

        assertThat(BuildMessages.toProto(known)).isEqualTo(BuildMessages.toProto(request));
        assertThat(BuildMessages.fromProto(BuildMessages.toProto(known))).isEqualTo(request);
    }

    @Test
    void unknownStateIsRefused() {
        var message = build.steading.api.v1.TaskRecord.newBuilder()
                .setState("DREAMING")
                .build();

        assertThatThrownBy(() -> BuildMessages.fromProto(message))
                .isInstanceOf(SteadingException.class)
                .hasMessageContaining("`DREAMING`");
    }
}

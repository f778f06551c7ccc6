// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import build.steading.digest.Digest;
import build.steading.digest.HashFunction;
import build.steading.execute.ExecutionRequest;
import build.steading.platform.RequestFacts;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class OperationNameTest {
    private static final Instant BEGUN = Instant.parse("2026-01-02T03:04:05.678Z");

    @ParameterizedTest
    @EnumSource(HashFunction.class)
    void saysWhatWasAskedFor(HashFunction function) {
        var request = new ExecutionRequest(
                function.of(new byte[] {1, 2, 3}),
                true,
                RequestFacts.of("tenant", "ann").withPriority(-7),
                List.of());
        var name = OperationName.of(BEGUN, request);

        assertThat(OperationName.parse(name.toString())).contains(name);
        assertThat(name.request(RequestFacts.of("tenant", "ann"))).isEqualTo(request);
    }

    @Test
    void isNeverThatOfAnother() {
        var request = new ExecutionRequest(Digest.EMPTY, false, RequestFacts.NONE, List.of());

        assertThat(OperationName.of(BEGUN, request)).isNotEqualTo(OperationName.of(BEGUN, request));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "operations",
                "operations/none",
                "operations/a/b/0/cached/",
                "operations/a/b/0/cached/zz/5",
                "operations/a/b/x/cached/" + OperationNameTest.EMPTY,
                "operations/a/b/0/other/" + OperationNameTest.EMPTY,
                "operations/a/b/00/cached/" + OperationNameTest.EMPTY,
                "operations/-/b/0/cached/" + OperationNameTest.EMPTY,
                "operations/zzzzzzzzzzzzzzzzzzzz/b/0/cached/" + OperationNameTest.EMPTY,
                "builds/a/b/0/cached/" + OperationNameTest.EMPTY,
            })
    void isNotReadFromAnythingElse(String text) {
        assertThat(OperationName.parse(text)).isEmpty();
    }

    private static final String EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855/0";
}

// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.door;

import java.net.ProtocolException;

/// What a frame says. `docs/front-door.md` describes the payloads; `steading.h` holds the same numbers.
enum FrameType {
    HELLO(1),
    STDIN(2),
    STDIN_EOF(3),
    RESIZE(4),
    SIGNAL(5),
    HOLDS(6),
    WELCOME(16),
    STDOUT(17),
    STDERR(18),
    READ(19),
    RESUME(20),
    EXIT(21),
    STOPPING(22),
    LOCAL(23),
    WORKING(24),
    WRITING(25);

    /// Longest payload in bytes of any frame but [#HELLO].
    static final int MAX_PAYLOAD = 1 << 20;

    /// Longest payload of [#HELLO], which carries the whole environment.
    static final int MAX_HELLO = 16 << 20;

    private final int code;

    FrameType(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }

    int maxPayload() {
        return this == HELLO ? MAX_HELLO : MAX_PAYLOAD;
    }

    static FrameType of(int code) throws ProtocolException {
        for (var type : values()) {
            if (type.code == code) {
                return type;
            }
        }
        throw new ProtocolException("Frame type %d is unknown".formatted(code));
    }
}

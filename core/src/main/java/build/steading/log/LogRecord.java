// SPDX-License-Identifier: Apache-2.0
package build.steading.log;

import com.google.protobuf.ByteString;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;

/// Some bytes that a command printed at one moment.
public record LogRecord(Source source, Instant time, ByteString bytes) {
    /// Who printed it.
    public enum Source {
        /// Steading itself, for instance where output was cut.
        STEADING(0),
        STDOUT(1),
        STDERR(2);

        private final int code;

        Source(int code) {
            this.code = code;
        }

        /// The number that stands for this source in the log format.
        public int code() {
            return code;
        }

        static Optional<Source> ofCode(int code) {
            return Arrays.stream(values()).filter(source -> source.code == code).findFirst();
        }
    }
}

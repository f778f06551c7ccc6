// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import build.steading.log.LogRecord.Source;
import java.util.Optional;
import java.util.regex.Pattern;

/// Names what one attempt of an operation prints, for `ByteStream.Read`:
/// `logstreams/{name of the operation}/{attempt}/{stdout or stderr}`.
///
/// @param attempt counted from 1
/// @param source standard output or standard error
record StreamName(String operation, int attempt, Source source) {
    private static final String PREFIX = "logstreams/";
    private static final String STDOUT = "stdout";
    private static final Pattern NAME = Pattern.compile(PREFIX + "(operations/.+)/([1-9][0-9]{0,8})/(stdout|stderr)");

    /// Returns what `text` names; empty if it is no such name.
    static Optional<StreamName> parse(String text) {
        var name = NAME.matcher(text);
        return name.matches()
                ? Optional.of(new StreamName(
                        name.group(1),
                        Integer.parseInt(name.group(2)),
                        name.group(3).equals(STDOUT) ? Source.STDOUT : Source.STDERR))
                : Optional.empty();
    }

    @Override
    public String toString() {
        return PREFIX + operation + "/" + attempt + "/" + (source == Source.STDOUT ? STDOUT : "stderr");
    }
}

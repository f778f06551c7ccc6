// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

/// Names one action that is queued or running, whoever waits for it and however often it is tried.
public record ExecutionId(long value) {
    @Override
    public String toString() {
        return Long.toString(value);
    }
}

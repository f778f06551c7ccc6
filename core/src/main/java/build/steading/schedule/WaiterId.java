// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

/// Names one requester's stake in an execution; given by whoever submits, and never used twice.
public record WaiterId(long value) {
    @Override
    public String toString() {
        return Long.toString(value);
    }
}

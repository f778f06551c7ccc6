// SPDX-License-Identifier: Apache-2.0
package build.steading.build;

/// Names a build. Numbers count up from 1 within one farm.
public record BuildId(long value) implements Comparable<BuildId> {
    @Override
    public int compareTo(BuildId other) {
        return Long.compare(value, other.value);
    }

    @Override
    public String toString() {
        return Long.toString(value);
    }
}

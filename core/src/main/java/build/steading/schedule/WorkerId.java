// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

/// Names a worker, the same across its restarts.
///
/// @param name not blank
public record WorkerId(String name) {
    public WorkerId {
        if (name.isBlank()) {
            throw new IllegalArgumentException("Worker name is blank");
        }
    }

    @Override
    public String toString() {
        return name;
    }
}

// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.files;

/// An entry of a directory that is watched, from when it is there until it may be another one.
sealed class Mark permits Ground, Post {
    private volatile boolean fallen;

    boolean isFallen() {
        return fallen;
    }

    void fall() {
        fallen = true;
    }

    /// A link on the way to others.
    static Mark link() {
        return new Mark();
    }
}

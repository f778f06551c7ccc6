// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.files;

import java.util.List;

/// The way by which the kernel finds what a name stands for.
///
/// @param links the symbolic links on it, each once, in the order in which they are followed
/// @param real where it ends: a name without links, `.` and `..`
/// @param signature of what is there
public record Route(List<Link> links, String real, Signature signature) {
    public Route {
        links = List.copyOf(links);
    }

    /// A symbolic link.
    ///
    /// @param place its own absolute name, without links, `.` and `..`
    /// @param target as it says itself
    public record Link(String place, String target) {}
}

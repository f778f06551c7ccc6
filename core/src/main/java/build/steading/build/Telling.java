// SPDX-License-Identifier: Apache-2.0
package build.steading.build;

import build.steading.project.Notify;
import java.util.List;

/// Decides who is told how a build ended. Thread-safe.
public interface Telling {
    /// Tells nobody but those who watch.
    Telling NOBODY = new Telling() {
        @Override
        public List<Notice> notices(BuildRecord ended, List<RequestRecord> requests, List<Notify> wanted) {
            return List.of();
        }

        @Override
        public void stored() {}
    };

    /// Returns who is to be told. What it returns is stored together with the end, or not at all.
    ///
    /// @param ended as it will be stored
    /// @param requests all of the build
    /// @param wanted by the project, as [build.steading.project.Project#notificationsFor] returns it
    List<Notice> notices(BuildRecord ended, List<RequestRecord> requests, List<Notify> wanted);

    /// Is called when notices have been stored. Must not block.
    void stored();
}

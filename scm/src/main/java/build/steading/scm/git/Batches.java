// SPDX-License-Identifier: Apache-2.0
package build.steading.scm.git;

import build.steading.scm.git.WorkingFiles.WorkingFile;
import java.util.ArrayList;
import java.util.List;

/// Collects the files of one directory of the working tree into tasks of a sensible size. Not thread-safe.
final class Batches {
    private final Workshop shop;
    private final PendingDirectory directory;
    private List<TreeEntry> committed = new ArrayList<>();
    private List<WorkingFile> working = new ArrayList<>();

    Batches(Workshop shop, PendingDirectory directory) {
        this.shop = shop;
        this.directory = directory;
    }

    /// Returns new ones for another directory of the same job.
    Batches of(PendingDirectory other) {
        return new Batches(shop, other);
    }

    /// Adds a file that has the content of a git object.
    void committed(TreeEntry entry) {
        committed.add(entry);
        if (committed.size() == CommittedFiles.MOST_ENTRIES) {
            submitCommitted();
        }
    }

    /// Adds a file that must be read.
    void working(WorkingFile file) {
        working.add(file);
        if (working.size() == WorkingFiles.MOST_FILES) {
            submitWorking();
        }
    }

    /// Submits what is left.
    void submit() {
        submitCommitted();
        submitWorking();
    }

    private void submitCommitted() {
        if (!committed.isEmpty()) {
            var conversion = shop.conversion();
            directory.expectPart();
            conversion
                    .tasks()
                    .submit(new CommittedFiles(
                            conversion.target(), shop.objects(), directory, committed, conversion.verify()));
            committed = new ArrayList<>();
        }
    }

    private void submitWorking() {
        if (!working.isEmpty()) {
            var conversion = shop.conversion();
            directory.expectPart();
            conversion.tasks().submit(new WorkingFiles(conversion.target(), directory, working));
            working = new ArrayList<>();
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package build.steading.scm.git;

/// What one job needs to convert something of a repository. It lasts as long as the job.
record Workshop(GitObjects objects, TreeConversion conversion) {}

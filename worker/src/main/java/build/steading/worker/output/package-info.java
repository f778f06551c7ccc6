// SPDX-License-Identifier: Apache-2.0
/// Takes outputs from disk into the store. [build.steading.worker.output.MergedDirectory] is what the command
/// saw: what it wrote, over what it was given; [build.steading.worker.output.Outputs] picks the declared paths
/// out of it. Files that the command did not touch keep their digest without being read.
package build.steading.worker.output;

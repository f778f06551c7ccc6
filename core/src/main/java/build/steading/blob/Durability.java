// SPDX-License-Identifier: Apache-2.0
package build.steading.blob;

/// What a stored blob survives.
public enum Durability {
    /// The end of the process, but perhaps not of the machine. A blob that a power failure damages is found bad
    /// when it is read, and can be made or fetched again.
    NONE,
    /// The end of the machine: file and directory entry are on the disk before anybody is told of the blob.
    EACH
}

// SPDX-License-Identifier: Apache-2.0
/// Keeps many small blobs durably. [build.steading.blob.pack.PackedBlobStore] is the store: blobs are appended to
/// pack files, many at a time, and found by an index that follows from the packs.
package build.steading.blob.pack;

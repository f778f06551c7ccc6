// SPDX-License-Identifier: Apache-2.0
/// Keeps blobs. [build.steading.blob.BlobStore] is the port; media are named `Memory…`, `File…`, `Remote…`, and
/// concerns are decorators. A blob is visible only when it is whole and verified.
package build.steading.blob;

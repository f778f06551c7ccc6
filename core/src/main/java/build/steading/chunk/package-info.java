// SPDX-License-Identifier: Apache-2.0
/// Cuts blobs into chunks where their content says so, and puts blobs together of chunks: whoever has an earlier
/// version of a large blob then needs only the chunks that changed. Read [build.steading.chunk.ChunkedBlobs]
/// first.
package build.steading.chunk;

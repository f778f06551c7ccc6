// SPDX-License-Identifier: Apache-2.0
package build.steading.blob;

import build.steading.digest.Digest;
import com.google.protobuf.ByteString;

/// A small blob that is to be stored.
///
/// @param digest that `bytes` are said to have
public record BlobContent(Digest digest, ByteString bytes) {}

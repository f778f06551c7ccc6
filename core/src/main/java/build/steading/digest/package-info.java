// SPDX-License-Identifier: Apache-2.0
/// Names blobs by their content. [build.steading.digest.Digest] is the one name of a blob everywhere in Steading;
/// the generated message of the same name lives only at the edges and inside content-addressed messages.
package build.steading.digest;

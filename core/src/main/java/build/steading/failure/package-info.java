// SPDX-License-Identifier: Apache-2.0
/// Why something could not be done, by who can put it right. Start with [build.steading.failure.Failure]. Kinds
/// are added rarely: each must be translated at every edge.
package build.steading.failure;

// SPDX-License-Identifier: Apache-2.0
/// Says what workers and farms tell each other in messages of `worker.proto`, and reads it back: both ends use
/// the same words. What is read comes from strangers, and is checked: whatever makes no sense is refused as
/// `Invalid`. Start with [build.steading.wire.Leases] and [build.steading.wire.Outcomes].
package build.steading.wire;

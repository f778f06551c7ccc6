// SPDX-License-Identifier: Apache-2.0
package build.steading.auth;

/// Whether a member may act.
public enum MemberState {
    ACTIVE,
    /// A worker that gets no new work, and finishes what it has.
    DRAINING,
    /// Not let in any more. Its name stays taken until it is removed.
    REVOKED
}

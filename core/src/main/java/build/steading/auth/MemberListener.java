// SPDX-License-Identifier: Apache-2.0
package build.steading.auth;

/// Hears what admins do with members. It is told after the change is stored, must not block, and must not change
/// members.
public interface MemberListener {
    /// The member gets no new work from now on, or gets some again.
    void drained(Identity member, boolean draining);

    /// The member was revoked, removed or replaced by another machine: what it holds is to be taken back.
    void left(Identity member);
}

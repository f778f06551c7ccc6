// SPDX-License-Identifier: Apache-2.0
package build.steading.auth;

class MemoryMembersTest extends MembersContract {
    private final Members members = new MemoryMembers();

    @Override
    protected Members members() {
        return members;
    }
}

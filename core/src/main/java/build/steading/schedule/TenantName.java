// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

/// On whose account something runs: one user's work on one project. Either may be empty if it is not known.
record TenantName(String requester, String project) {
    @Override
    public String toString() {
        if (requester.isEmpty()) {
            return project.isEmpty() ? "unknown requesters" : "project `" + project + "`";
        }
        return "`" + requester + "`" + (project.isEmpty() ? "" : " in project `" + project + "`");
    }
}

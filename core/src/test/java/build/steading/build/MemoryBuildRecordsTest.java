// SPDX-License-Identifier: Apache-2.0
package build.steading.build;

class MemoryBuildRecordsTest extends BuildRecordsContract {
    @Override
    protected BuildRecords records() {
        return new MemoryBuildRecords();
    }
}

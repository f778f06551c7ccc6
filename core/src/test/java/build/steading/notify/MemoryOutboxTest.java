// SPDX-License-Identifier: Apache-2.0
package build.steading.notify;

import build.steading.build.BuildRecords;
import build.steading.build.MemoryBuildRecords;

class MemoryOutboxTest extends OutboxContract {
    private final MemoryBuildRecords records = new MemoryBuildRecords();
    private final Outbox outbox = new MemoryOutbox(records);

    @Override
    protected BuildRecords records() {
        return records;
    }

    @Override
    protected Outbox outbox() {
        return outbox;
    }
}

// SPDX-License-Identifier: Apache-2.0
package build.steading.blob;

class MemoryBlobStoreTest extends BlobStoreContract {
    @Override
    protected BlobStore newStore() {
        return new MemoryBlobStore();
    }
}

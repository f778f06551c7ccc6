// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.service;

/// Is held while a compile runs at home.
public interface HomeSlot extends AutoCloseable {
    /// Of a compile that is not counted.
    HomeSlot NONE = () -> {};

    @Override
    void close();
}

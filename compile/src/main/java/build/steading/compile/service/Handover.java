// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.service;

/// How a compile comes to be ours alone: until then, whoever called the compiler may lose patience and run it.
@FunctionalInterface
public interface Handover {
    /// Returns once the caller waits for the answer, however long it takes. Nothing is written before: so never
    /// do two write the same file.
    ///
    /// @throws InterruptedException if the caller does not want the result any more: nothing may be written
    void begin() throws InterruptedException;
}

// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.argv;

/// How far a compile goes.
public enum Stage {
    OBJECT,
    ASSEMBLY
}

// SPDX-License-Identifier: Apache-2.0
package build.steading.tree;

/// How much of what may be below a directory a selection takes.
public enum Coverage {
    /// Everything, whatever it is called: the directory can be taken whole, by its digest.
    ALL,
    /// Perhaps some: one has to look.
    SOME,
    /// Nothing, whatever it is called: the directory need not be read.
    NONE
}

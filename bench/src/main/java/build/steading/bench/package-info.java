// SPDX-License-Identifier: Apache-2.0
/// Side-by-side benchmarks: each figure beside that of the tool people would use otherwise, in the same run.
/// Every benchmark is a program of its own. They print medians.
@NullMarked
package build.steading.bench;

import org.jspecify.annotations.NullMarked;

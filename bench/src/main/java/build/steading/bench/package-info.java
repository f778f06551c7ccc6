// SPDX-License-Identifier: Apache-2.0
/// Measures Steading beside the plain alternative in the same run, as figures of two runs on a busy machine do
/// not compare. Each class with a `main` is one benchmark.
package build.steading.bench;

// SPDX-License-Identifier: Apache-2.0
/// The distribution: every process of Steading starts here. [build.steading.cli.SteadingProcess] is the
/// background process; how commands reach it is told in [build.steading.cli.door].
package build.steading.cli;

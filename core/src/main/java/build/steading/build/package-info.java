// SPDX-License-Identifier: Apache-2.0
/// Plans builds, runs them task by task, and remembers them. Start with [build.steading.build.Builds]; what a
/// build is made of is a [build.steading.build.BuildSpec], and each task becomes one action
/// ([build.steading.build.ActionMaker]). A build's state changes only by what [build.steading.build.BuildRecords]
/// has stored.
package build.steading.build;

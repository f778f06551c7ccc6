// SPDX-License-Identifier: Apache-2.0
/// Plans builds, runs them task by task, and remembers them. Start with [build.steading.build.Builds]; what a
/// build is made of is a [build.steading.build.BuildSpec], and each task becomes one action
/// ([build.steading.build.ActionMaker]). Whoever asks for builds or looks at them sees only
/// [build.steading.build.BuildDesk] and [build.steading.build.BuildBook]. A build's state changes only by what
/// [build.steading.build.BuildRecords] has stored.
package build.steading.build;

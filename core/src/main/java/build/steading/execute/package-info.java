// SPDX-License-Identifier: Apache-2.0
/// The ports between those who want actions run ([build.steading.execute.ActionExecutor]), and those who run them
/// ([build.steading.execute.WorkSource]). The server stands between; a foreign cluster replaces both it and its
/// workers.
package build.steading.execute;

// SPDX-License-Identifier: Apache-2.0
/// Runs one command, confined, and leaves no process behind. [build.steading.worker.sandbox.Runner] starts the
/// runner, a small C program that is the parent of every action; [build.steading.worker.sandbox.Sandbox] says how
/// the command is kept apart from the machine. What to run is a [build.steading.worker.sandbox.RunSpec], how it
/// ended a [build.steading.worker.sandbox.RunEnd].
package build.steading.worker.sandbox;

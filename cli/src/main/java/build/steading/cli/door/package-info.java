// SPDX-License-Identifier: Apache-2.0
/// The front door: how a command typed in a terminal reaches the background process and runs there as if it ran
/// in the terminal itself. Read `docs/front-door.md` first, then [build.steading.cli.door.FrontDoor] (the server
/// side) and [build.steading.cli.door.BackgroundProcess] (its process). The launchers (`steading.c`, and
/// [build.steading.cli.door.JavaLauncher] without a C compiler) know nothing but the protocol.
package build.steading.cli.door;

// SPDX-License-Identifier: Apache-2.0
/// What users type. [build.steading.cli.command.Commands] holds the table of commands; each is a class named
/// after it. They run inside the background process and see the user's terminal only through
/// [build.steading.cli.command.Console].
package build.steading.cli.command;

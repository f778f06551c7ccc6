// SPDX-License-Identifier: Apache-2.0
/// The command lines of C and C++ compilers: what one reads, what it writes, and whether it is a plain compile at
/// all.
///
/// [build.steading.compile.argv.CommandLines] reads a command line; its result is a
/// [build.steading.compile.argv.CommandLine]: either everything that is needed to run it elsewhere, or the reason
/// why it must run where it was typed. What is not understood is never guessed at. Nothing here runs a compiler,
/// and nothing but response files is read.
@org.jspecify.annotations.NullMarked
package build.steading.compile.argv;

// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.argv;

/// A file, or a directory with all that is in it, that an option makes the compiler read.
///
/// @param option what names it, such as `-fprofile-use=`
public record InputFile(String option, String name) {}

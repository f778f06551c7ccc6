// SPDX-License-Identifier: Apache-2.0
/// Which files make up a compiler, and which directories it searches by itself: all that another machine must see
/// of this one, at the same names, for the compiler to do there exactly what it does here.
///
/// [build.steading.compile.toolchain.Toolchains] finds a [build.steading.compile.toolchain.Toolchain]; that tells
/// the [build.steading.compile.toolchain.Needs] of a compile. What cannot be found out for certain is a
/// [build.steading.compile.toolchain.NotUsableException]: the compile runs at home then.
@org.jspecify.annotations.NullMarked
package build.steading.compile.toolchain;

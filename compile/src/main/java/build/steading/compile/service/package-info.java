// SPDX-License-Identifier: Apache-2.0
/// Compiles for developers, on whatever machine of the farm is free, as if the compiler ran where it was typed.
///
/// [build.steading.compile.service.Compiles] answers one call: from what it remembers, from the farm, or by
/// saying why the compiler must run at home. What it cannot do exactly as the compiler would, it leaves to the
/// compiler.
@org.jspecify.annotations.NullMarked
package build.steading.compile.service;

// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.source;

/// A macro without parameters that can stand behind `#include`.
///
/// @param form what kind of text `value` is; if it is computed, `value` is the name of another macro
public record Definition(String name, Inclusion.Form form, String value) {}

// SPDX-License-Identifier: Apache-2.0
/// What a source may include, found without a preprocessor.
///
/// [build.steading.compile.source.SourceScanner] reads the bytes of one file once, and
/// [build.steading.compile.source.Resolver] puts the scans of many files together into all that a compile may
/// read, and all the names that it looks up in vain. Both find a superset, for conditions are not evaluated; what
/// they cannot be sure of, they say. Neither reads files: [build.steading.compile.source.Places] does that for
/// them.
@org.jspecify.annotations.NullMarked
package build.steading.compile.source;

// SPDX-License-Identifier: Apache-2.0
/// Stories told end to end, on what users have: the launcher in C, a background process, git repositories and
/// compilers. Each class has a farm of its own below `target/it`, which nothing outlives. What a story needs and
/// the machine lacks skips it, or fails it where `it.required` is set.
package build.steading.it;

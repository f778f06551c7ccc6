// SPDX-License-Identifier: Apache-2.0
/// What is at a name of this machine's file system now, at the price of one system call a name.
///
/// [build.steading.compile.files.FileTable] reads a file only if it may be another one than before;
/// [build.steading.compile.files.Snapshot] remembers what was at many names, and says whether all of that is
/// still so. When in doubt, both look again: they are never wrong to be fast.
/// [build.steading.compile.files.Lookout] has the kernel tell what happens, so that names which are looked at
/// again and again are not, for a second. [build.steading.compile.files.NamelessFile] is what comes to a name
/// only when it is whole.
@org.jspecify.annotations.NullMarked
package build.steading.compile.files;

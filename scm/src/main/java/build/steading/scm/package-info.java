// SPDX-License-Identifier: Apache-2.0
/// Version-controlled sources on this machine, as [build.steading.source.SourceRepository]. Each system has a
/// package of its own. Whatever the system, it is only ever read.
package build.steading.scm;

// SPDX-License-Identifier: Apache-2.0
/// What a `steading.yaml` says: reads it, checks all of it at once, and expands its tasks over options and
/// matrix. Start with [build.steading.project.ProjectFile], then [build.steading.project.Project]; everything
/// public is an immutable value. YAML is known to four classes of this package alone, and nothing here reads a
/// file or a clock.
package build.steading.project;

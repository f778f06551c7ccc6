// SPDX-License-Identifier: Apache-2.0
/// Reads YAML that people write: every value knows its line and column, and all that is wrong is reported at
/// once. Start with [build.steading.yaml.Value]. Knows nothing of what the files are about.
package build.steading.yaml;

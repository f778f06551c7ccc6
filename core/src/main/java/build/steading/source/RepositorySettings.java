// SPDX-License-Identifier: Apache-2.0
package build.steading.source;

import java.util.Optional;

/// What a repository is configured to be.
///
/// @param url where it was cloned from, without credentials; empty if it was not, or from a relative path
/// @param email the address of whoever commits here; empty if it is not configured
public record RepositorySettings(Optional<String> url, Optional<String> email) {}

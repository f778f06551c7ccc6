// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.command;

import build.steading.build.BuildSpec;
import build.steading.build.Builds.Order;
import java.util.Optional;

/// A build that is about to be asked for.
///
/// @param combination what tells it apart from the others of a matrix; empty if there is none
record Wish(BuildSpec spec, Order order, Optional<Combination> combination) {}

// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.command;

import build.steading.build.BuildSpec;
import build.steading.build.Builds.Order;
import java.util.Optional;

/// A build that is about to be asked for.
///
/// @param combination what tells it apart from the others of a matrix; empty if there is none
record Wish(BuildSpec spec, Order order, Optional<Combination> combination) {
    /// Returns the same as one of several that a command with a key asks for.
    Wish numbered(int number) {
        var key = order.key().isEmpty() ? "" : "%s-%d".formatted(order.key(), number);
        var named = new Order(order.requester(), order.email(), order.priority(), order.out(), order.range(), key);
        return new Wish(spec, named, combination);
    }
}

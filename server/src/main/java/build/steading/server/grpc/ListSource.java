// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import java.util.Iterator;
import java.util.Optional;
import java.util.function.Function;

/// The messages of an answer, each made of an element of a list when its turn comes. Not thread-safe.
record ListSource<E, T>(Iterator<E> elements, Function<E, T> message) implements Source<T> {
    @Override
    public Optional<T> next() {
        return elements.hasNext() ? Optional.of(message.apply(elements.next())) : Optional.empty();
    }

    @Override
    public void close() {}
}

// SPDX-License-Identifier: Apache-2.0
package build.steading.bench;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleUnaryOperator;

/// Some measurements of the same thing, at least one.
record Samples(List<Double> values) {
    Samples {
        values = values.stream().sorted().toList();
    }

    static Samples of(double... values) {
        return new Samples(Arrays.stream(values).boxed().toList());
    }

    double median() {
        var middle = values.size() / 2;
        return values.size() % 2 == 1 ? values.get(middle) : (values.get(middle - 1) + values.get(middle)) / 2;
    }

    double sum() {
        return values.stream().mapToDouble(Double::doubleValue).sum();
    }

    double min() {
        return values.getFirst();
    }

    double max() {
        return values.getLast();
    }

    /// Returns the smallest value that so many percent of all do not exceed, alone.
    Samples percentile(int percent) {
        return of(values.get(Math.ceilDiv(values.size() * percent, 100) - 1));
    }

    Samples map(DoubleUnaryOperator change) {
        return new Samples(values.stream().map(change::applyAsDouble).toList());
    }

    /// Returns `median (min..max)`, as precise as its size needs.
    @Override
    public String toString() {
        return "%s (%s..%s)".formatted(number(median()), number(min()), number(max()));
    }

    static String number(double value) {
        return String.format(Locale.ROOT, Math.abs(value) < 10 ? "%.2f" : "%,.0f", value);
    }
}

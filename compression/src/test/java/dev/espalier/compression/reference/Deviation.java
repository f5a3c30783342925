package dev.espalier.compression.reference;

import dev.espalier.compression.tensor.StateDict;
import dev.espalier.compression.tensor.Tensor;
import java.util.Arrays;

/** Largest absolute differences; other shapes or counts are infinitely far apart. */
final class Deviation {
  private Deviation() {}

  /** Between two lists of numbers. */
  static Outcome of(String what, double[] actual, double[] expected, double tolerance) {
    double largest = actual.length == expected.length ? 0 : Double.POSITIVE_INFINITY;
    for (int i = 0; i < Math.min(actual.length, expected.length); i++) {
      double difference = Math.abs(actual[i] - expected[i]);
      if (!(difference <= largest)) largest = difference;
    }
    return new Outcome(what, largest, tolerance);
  }

  /** Between two numbers. */
  static Outcome of(String what, double actual, double expected, double tolerance) {
    return new Outcome(what, Math.abs(actual - expected), tolerance);
  }

  /** Between two tensors. */
  static Outcome of(String what, Tensor actual, Tensor expected, double tolerance) {
    return Arrays.equals(actual.shape(), expected.shape())
        ? of(what, actual.doubles(), expected.doubles(), tolerance)
        : new Outcome(what, Double.POSITIVE_INFINITY, tolerance);
  }

  /** Between {@code expected} and the tensors of {@code actual} under the same keys. */
  static Outcome of(String what, StateDict actual, StateDict expected, double tolerance) {
    return Outcome.worst(
        expected.keys().stream()
            .map(key -> of(what + " " + key, actual.get(key), expected.get(key), tolerance))
            .toList());
  }
}

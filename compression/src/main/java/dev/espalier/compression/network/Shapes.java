package dev.espalier.compression.network;

import dev.espalier.compression.InvalidInput;
import java.util.Arrays;
import java.util.Map;

/** Parameter shapes as the readers look at them: by key, and in agreement with the activations. */
final class Shapes {
  private Shapes() {}

  /**
   * The shape of a parameter.
   *
   * @throws InvalidInput if the weights have none of that name
   */
  static int[] of(Map<String, int[]> shapes, String key) {
    int[] shape = shapes.get(key);
    if (shape == null) throw new InvalidInput("the weights have no tensor named '" + key + "'");
    return shape;
  }

  /**
   * Holds a width against the one it meets.
   *
   * @throws InvalidInput naming {@code where} if they differ
   */
  static void requireWidth(int expected, int actual, String where) {
    InvalidInput.require(
        expected == actual, "%s: %d channels meet %d channels", where, expected, actual);
  }

  /** Number of elements. */
  static long size(int[] shape) {
    return Arrays.stream(shape).asLongStream().reduce(1, Math::multiplyExact);
  }
}

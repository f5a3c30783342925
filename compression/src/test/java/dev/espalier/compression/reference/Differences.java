package dev.espalier.compression.reference;

import dev.espalier.compression.tensor.Tensor;
import java.util.Arrays;

/** How far two tensors lie apart; NaN where their shapes differ. */
final class Differences {
  private Differences() {}

  /** The largest difference of two elements. */
  static double largest(Tensor ours, Tensor reference) {
    if (!Arrays.equals(ours.shape(), reference.shape())) return Double.NaN;
    double[] a = ours.doubles();
    double[] b = reference.doubles();
    double largest = 0;
    for (int i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i] - b[i]));
    return largest;
  }

  /** ‖a − b‖₂. */
  static double norm(Tensor ours, Tensor reference) {
    if (!Arrays.equals(ours.shape(), reference.shape())) return Double.NaN;
    double[] a = ours.doubles();
    double[] b = reference.doubles();
    double sum = 0;
    for (int i = 0; i < a.length; i++) sum += (a[i] - b[i]) * (a[i] - b[i]);
    return Math.sqrt(sum);
  }

  /** ‖a‖₂. */
  static double norm(Tensor tensor) {
    return Math.sqrt(Arrays.stream(tensor.doubles()).map(x -> x * x).sum());
  }
}

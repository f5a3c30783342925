package dev.espalier.compression.evaluate;

import dev.espalier.compression.tensor.Tensor;
import java.util.Arrays;

/** The squared difference of two images whose values run from 0 to 1, averaged over all values. */
public final class MeanSquaredError {
  private static final int BATCH = 64;

  private MeanSquaredError() {}

  /** Mean over all image pairs; 0 for equal images. */
  public static double mean(Tensor first, Tensor second) {
    return Arrays.stream(perImage(first, second)).average().orElseThrow();
  }

  /**
   * The error of each pair of images [N, C, H, W]: uint8, or floating with values from 0 to 1.
   *
   * @throws dev.espalier.compression.InvalidInput if the shapes differ or there is no image
   */
  public static double[] perImage(Tensor first, Tensor second) {
    Images.requirePairs(first, second);
    double[] errors = new double[first.extent(0)];
    for (int from = 0; from < errors.length; from += BATCH) {
      int to = Math.min(errors.length, from + BATCH);
      double[] a = Images.unit(Images.rows(first, from, to)).doubles();
      double[] b = Images.unit(Images.rows(second, from, to)).doubles();
      int values = a.length / (to - from);
      for (int i = 0; i < a.length; i++) {
        errors[from + i / values] += (a[i] - b[i]) * (a[i] - b[i]) / values;
      }
    }
    return errors;
  }
}

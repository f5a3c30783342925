package dev.espalier.compression.prune;

import dev.espalier.compression.prune.PruningGroup.Slice;
import dev.espalier.compression.tensor.StateDict;
import dev.espalier.compression.tensor.Tensor;
import java.util.function.DoubleUnaryOperator;

/** Sums over what belongs to one channel, in double precision. */
final class ChannelSums {
  private ChannelSums() {}

  /** Adds {@code f(w)} of every element of {@code slice} to the sum of its channel. */
  static void add(double[] sums, Slice slice, StateDict weights, DoubleUnaryOperator f) {
    add(sums, slice, weights.get(slice.key()).shape(), weights.get(slice.key()).doubles(), f);
  }

  /** Adds {@code f(w·g)} of every element of {@code slice} to the sum of its channel. */
  static void addProducts(
      double[] sums, Slice slice, StateDict weights, StateDict gradients, DoubleUnaryOperator f) {
    Tensor weight = weights.get(slice.key());
    double[] products = weight.doubles();
    double[] gradient = gradients.get(slice.key()).doubles();
    for (int i = 0; i < products.length; i++) products[i] *= gradient[i];
    add(sums, slice, weight.shape(), products, f);
  }

  /** Adds {@code ½ h·w²} of every element of {@code slice} to the sum of its channel. */
  static void addQuadratic(double[] sums, Slice slice, StateDict weights, StateDict curvature) {
    Tensor weight = weights.get(slice.key());
    double[] terms = weight.doubles();
    double[] h = curvature.get(slice.key()).doubles();
    for (int i = 0; i < terms.length; i++) terms[i] *= 0.5 * terms[i] * h[i];
    add(sums, slice, weight.shape(), terms, x -> x);
  }

  private static void add(
      double[] sums, Slice slice, int[] shape, double[] values, DoubleUnaryOperator f) {
    int inner = 1;
    for (int i = slice.axis() + 1; i < shape.length; i++) inner *= shape[i];
    int row = inner * shape[slice.axis()];
    for (int start = slice.offset() * inner; start < values.length; start += row) {
      for (int c = 0; c < sums.length; c++) {
        double sum = 0;
        for (int i = 0; i < inner; i++) sum += f.applyAsDouble(values[start + c * inner + i]);
        sums[c] += sum;
      }
    }
  }

  /** The scores divided by their mean; as they are if that is zero. */
  static double[] relativeToMean(double[] scores) {
    double total = 0;
    for (double score : scores) total += score;
    if (total == 0) return scores;
    double[] relative = new double[scores.length];
    for (int c = 0; c < scores.length; c++) relative[c] = scores[c] * (scores.length / total);
    return relative;
  }

  /** Whether this is a weight of a convolution, linear layer or embedding. */
  static boolean isWeight(Slice slice, StateDict weights) {
    return weights.get(slice.key()).rank() > 1;
  }

  /** Whether this is the learned scale of a normalisation. */
  static boolean isNormScale(Slice slice, StateDict weights) {
    return slice.key().endsWith(".weight") && !isWeight(slice, weights);
  }

  /** Whether removing the channel removes a factor here: a weight, or a norm's learned scale. */
  static boolean isFactor(Slice slice, StateDict weights) {
    return isWeight(slice, weights) || isNormScale(slice, weights);
  }
}

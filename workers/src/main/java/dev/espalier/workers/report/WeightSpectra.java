package dev.espalier.workers.report;

import java.util.List;

/**
 * What the singular values of a network's weights say, all together and one by one.
 *
 * @param largest singular value of all, {@code smallest} the smallest within a weight's rank
 * @param medianCondition median over weights of largest by smallest singular value
 * @param largestCondition the largest of those
 * @param medianStableRank median of ‖W‖²_F / σ²_max
 * @param medianEffectiveRank median of exp(entropy of σ/Σσ)
 * @param histogram of all singular values, on a logarithmic axis without gaps
 * @param weights in the order of the network
 */
public record WeightSpectra(
    double largest,
    double smallest,
    double medianCondition,
    double largestCondition,
    double medianStableRank,
    double medianEffectiveRank,
    List<Bin> histogram,
    List<Weight> weights) {

  /** {@code count} singular values from {@code from} to below {@code to}. */
  public record Bin(double from, double to, long count) {}

  /** One weight as the matrix [rows, columns]: its extreme singular values and its ranks. */
  public record Weight(
      String name,
      int rows,
      int columns,
      double max,
      double min,
      double condition,
      double stableRank,
      double effectiveRank) {}

  public WeightSpectra {
    histogram = List.copyOf(histogram);
    weights = List.copyOf(weights);
  }
}

package dev.espalier.workflows;

import java.util.List;

/**
 * What the replicates of one point came to.
 *
 * @param label of the point
 * @param count of those that are done, at least 2
 * @param mean of the sweep's objective
 * @param low end of the 95 % confidence interval of the mean, by Student's t distribution
 * @param high end of it
 */
public record Replicates(String label, int count, double mean, double low, double high) {
  /** The 97.5 % quantile of Student's t distribution with 1 to 30 degrees of freedom. */
  private static final double[] T = {
    12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622, 2.2281,
    2.2010, 2.1788, 2.1604, 2.1448, 2.1314, 2.1199, 2.1098, 2.1009, 2.0930, 2.0860,
    2.0796, 2.0739, 2.0687, 2.0639, 2.0595, 2.0555, 2.0518, 2.0484, 2.0452, 2.0423
  };

  /**
   * The replicates with these values.
   *
   * @param values at least 2
   */
  public static Replicates of(String label, List<Double> values) {
    int n = values.size();
    double mean = values.stream().mapToDouble(Double::doubleValue).sum() / n;
    double squares = values.stream().mapToDouble(v -> (v - mean) * (v - mean)).sum();
    double t = n - 1 <= T.length ? T[n - 2] : 1.96 + 2.4 / (n - 1);
    double half = t * Math.sqrt(squares / (n - 1) / n);
    return new Replicates(label, n, mean, mean - half, mean + half);
  }
}

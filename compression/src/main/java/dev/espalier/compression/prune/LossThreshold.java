package dev.espalier.compression.prune;

/**
 * Diff-Pruning's choice of timesteps (arXiv 2305.10924, equation 6, as its code runs it): timestep
 * t counts as long as L_t ≥ T · max_{s ≤ t} L_s, and the first that does not ends the accumulation.
 * Since the loss falls with t this is the same as a threshold on L_t / L_max.
 */
final class LossThreshold {
  private final double threshold;
  private double largest;

  LossThreshold(double threshold) {
    this.threshold = threshold;
  }

  /** Whether {@code loss}, that of the next timestep, ends the accumulation. */
  boolean ends(double loss) {
    largest = Math.max(largest, loss);
    return loss < threshold * largest;
  }
}

package dev.espalier.compression.prune;

import dev.espalier.compression.prune.PruningGroup.Slice;
import dev.espalier.compression.tensor.StateDict;

/**
 * Optimal Brain Damage (LeCun et al. 1990, equation 5), by channel: Σ ½ h·w² over all its weights
 * on either side and the norm scales between them, with h the diagonal of the Hessian in the
 * Levenberg-Marquardt approximation; biases do not count. The gradient is taken to be zero, as
 * after training.
 */
record OptimalBrainDamage() implements Importance {
  @Override
  public double[] score(PruningGroup group, StateDict weights, Statistics statistics) {
    StateDict curvature = statistics.get(Statistic.CURVATURE);
    double[] scores = new double[group.channels()];
    for (Slice slice : group.scored()) {
      if (ChannelSums.isFactor(slice, weights)) {
        ChannelSums.addQuadratic(scores, slice, weights, curvature);
      }
    }
    return scores;
  }
}

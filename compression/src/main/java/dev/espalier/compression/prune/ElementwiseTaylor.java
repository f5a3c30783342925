package dev.espalier.compression.prune;

import dev.espalier.compression.prune.PruningGroup.Slice;
import dev.espalier.compression.tensor.StateDict;

/**
 * First-order Taylor without cancellation: Σ |w·g| over all a channel's weights on either side and
 * the norm scales between them; biases do not count (the score of Diff-Pruning's diffusers script,
 * arXiv 2305.10924, before its mean over members).
 */
record ElementwiseTaylor() implements Importance {
  @Override
  public double[] score(PruningGroup group, StateDict weights, Statistics statistics) {
    StateDict gradients = statistics.get(Statistic.GRADIENT);
    double[] scores = new double[group.channels()];
    for (Slice slice : group.scored()) {
      if (ChannelSums.isFactor(slice, weights)) {
        ChannelSums.addProducts(scores, slice, weights, gradients, Math::abs);
      }
    }
    return scores;
  }
}

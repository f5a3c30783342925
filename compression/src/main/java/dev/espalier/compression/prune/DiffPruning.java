package dev.espalier.compression.prune;

import dev.espalier.compression.prune.PruningGroup.Slice;
import dev.espalier.compression.tensor.StateDict;

/**
 * Diff-Pruning's score as its experiment code computes it (Fang et al. 2023): Σ (w·g)² over a
 * channel's weights on either side, plus |γ·g| of each norm scale, which that code does not square.
 * Biases do not count; nothing is averaged or normalised.
 */
record DiffPruning() implements Importance {
  @Override
  public double[] score(PruningGroup group, StateDict weights, Statistics statistics) {
    StateDict gradients = statistics.get(Statistic.GRADIENT);
    double[] scores = new double[group.channels()];
    for (Slice slice : group.scored()) {
      if (ChannelSums.isWeight(slice, weights)) {
        ChannelSums.addProducts(scores, slice, weights, gradients, x -> x * x);
      } else if (ChannelSums.isNormScale(slice, weights)) {
        ChannelSums.addProducts(scores, slice, weights, gradients, Math::abs);
      }
    }
    return scores;
  }
}

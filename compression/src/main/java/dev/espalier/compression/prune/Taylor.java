package dev.espalier.compression.prune;

import dev.espalier.compression.prune.PruningGroup.Slice;
import dev.espalier.compression.tensor.StateDict;

/**
 * The first-order Taylor estimate of what removing a channel does to the loss: |Σ w·g| over all its
 * weights on either side and the norm scales between them; biases do not count (Molchanov et al.
 * 2019, eq. 8; the plain "Taylor" of Diff-Pruning's comparison, with gradients of all timesteps).
 */
record Taylor() implements Importance {
  @Override
  public double[] score(PruningGroup group, StateDict weights, Statistics statistics) {
    StateDict gradients = statistics.get(Statistic.GRADIENT);
    double[] scores = new double[group.channels()];
    for (Slice slice : group.scored()) {
      if (ChannelSums.isFactor(slice, weights)) {
        ChannelSums.addProducts(scores, slice, weights, gradients, x -> x);
      }
    }
    for (int c = 0; c < scores.length; c++) scores[c] = Math.abs(scores[c]);
    return scores;
  }
}

package dev.espalier.compression.prune;

import dev.espalier.compression.prune.PruningGroup.Slice;
import dev.espalier.compression.tensor.StateDict;

/**
 * Accumulated squared gradients: Σ g² over all a channel's weights on either side and the norm
 * scales between them; biases do not count. The trace of the channel's block of the empirical
 * Fisher information (Theis et al. 2018, section 3.1, without the weights' own size, as in the copy
 * of Torch-Pruning beside Diff-Pruning).
 */
record Fisher() implements Importance {
  @Override
  public double[] score(PruningGroup group, StateDict weights, Statistics statistics) {
    StateDict squares = statistics.get(Statistic.SQUARED_GRADIENT);
    double[] scores = new double[group.channels()];
    for (Slice slice : group.scored()) {
      if (ChannelSums.isFactor(slice, weights)) ChannelSums.add(scores, slice, squares, x -> x);
    }
    return scores;
  }
}

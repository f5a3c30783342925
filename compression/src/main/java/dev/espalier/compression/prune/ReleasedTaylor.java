package dev.espalier.compression.prune;

import dev.espalier.compression.prune.PruningGroup.Slice;
import dev.espalier.compression.tensor.StateDict;

/**
 * {@code TaylorImportance} of Torch-Pruning's releases: Σ |w·g| over a channel's weights on either
 * side (multivariable: |Σ w·g|, one member at a time), mean over the members of the group, divided
 * by the mean over the channels. Biases do not count.
 *
 * @param normScales whether norm scales are members too, as in 1.1.7
 * @param twice whether a member on which the channels occur twice counts, as from 1.2.2 on
 */
record ReleasedTaylor(boolean multivariable, boolean normScales, boolean twice)
    implements Importance {
  @Override
  public double[] score(PruningGroup group, StateDict weights, Statistics statistics) {
    StateDict gradients = statistics.get(Statistic.GRADIENT);
    double[] scores = new double[group.channels()];
    for (Slice slice : twice ? group.slices() : group.scored()) {
      if (!ChannelSums.isWeight(slice, weights)
          && !(normScales && ChannelSums.isNormScale(slice, weights))) continue;
      double[] member = new double[scores.length];
      ChannelSums.addProducts(
          member, slice, weights, gradients, multivariable ? x -> x : Math::abs);
      for (int c = 0; c < scores.length; c++) scores[c] += Math.abs(member[c]);
    }
    return ChannelSums.relativeToMean(scores);
  }
}

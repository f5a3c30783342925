package dev.espalier.compression.prune;

import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.prune.PruningGroup.Slice;
import dev.espalier.compression.tensor.StateDict;
import java.util.function.DoubleUnaryOperator;

/**
 * Torch-Pruning's {@code MagnitudeImportance(p)}: Σ |w|^p over a channel's weights on either side,
 * mean over the members of the group, divided by the mean over the channels (Li et al. 2017, with p
 * = 1, for one layer). No root is taken; norms and biases do not count.
 *
 * @param power p, 1 or 2
 * @param twice whether a member on which the channels occur twice counts, as in Torch-Pruning from
 *     1.2.2 on; the paper's copy leaves it out
 */
record Magnitude(int power, boolean twice) implements Importance {
  Magnitude {
    InvalidInput.require(power == 1 || power == 2, "magnitude: p is %d; legal: 1, 2", power);
  }

  @Override
  public double[] score(PruningGroup group, StateDict weights, Statistics statistics) {
    return ChannelSums.relativeToMean(sums(group, weights));
  }

  /** The scores before they are set in relation to their mean: summed over the members. */
  double[] sums(PruningGroup group, StateDict weights) {
    DoubleUnaryOperator term = power == 1 ? Math::abs : w -> w * w;
    double[] sums = new double[group.channels()];
    for (Slice slice : twice ? group.slices() : group.scored()) {
      if (ChannelSums.isWeight(slice, weights)) ChannelSums.add(sums, slice, weights, term);
    }
    return sums;
  }
}

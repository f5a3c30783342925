package dev.espalier.compression.prune;

import dev.espalier.compression.prune.PruningGroup.Slice;
import dev.espalier.compression.tensor.StateDict;

/**
 * The second-order Taylor estimate of what setting a channel to zero does to the loss: |Σ (−w·g + ½
 * h·w²)| over all its weights on either side and the norm scales between them; biases do not count
 * (Molchanov et al. 2019, equation 7, with the Hessian's diagonal h in the Gauss-Newton
 * approximation and nothing off it).
 */
record SecondOrderTaylor() implements Importance {
  @Override
  public double[] score(PruningGroup group, StateDict weights, Statistics statistics) {
    StateDict gradients = statistics.get(Statistic.GRADIENT);
    StateDict curvature = statistics.get(Statistic.CURVATURE);
    double[] scores = new double[group.channels()];
    for (Slice slice : group.scored()) {
      if (ChannelSums.isFactor(slice, weights)) {
        ChannelSums.addProducts(scores, slice, weights, gradients, x -> -x);
        ChannelSums.addQuadratic(scores, slice, weights, curvature);
      }
    }
    for (int c = 0; c < scores.length; c++) scores[c] = Math.abs(scores[c]);
    return scores;
  }
}

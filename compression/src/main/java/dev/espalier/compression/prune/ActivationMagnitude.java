package dev.espalier.compression.prune;

import dev.espalier.compression.prune.PruningGroup.Slice;
import dev.espalier.compression.tensor.StateDict;
import java.util.List;

/**
 * Mean |activation| of a channel over calibration images, positions and timesteps (the "mean
 * activation" of Molchanov et al. 2017, section 2.2, on outputs that may be negative), mean over
 * the convolutions and linear layers that write it. What reads the channel does not count.
 */
record ActivationMagnitude() implements Importance {
  @Override
  public double[] score(PruningGroup group, StateDict weights, Statistics statistics) {
    StateDict activations = statistics.get(Statistic.ACTIVATION);
    List<Slice> written =
        group.scored().stream()
            .filter(s -> s.axis() == 0 && ChannelSums.isWeight(s, weights))
            .toList();
    double[] scores = new double[group.channels()];
    for (Slice slice : written) {
      double[] layer = activations.get(slice.key()).doubles();
      for (int c = 0; c < scores.length; c++) {
        scores[c] += layer[slice.offset() + c] / written.size();
      }
    }
    return scores;
  }
}

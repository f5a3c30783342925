package dev.espalier.compression.prune;

import dev.espalier.compression.prune.PruningGroup.Slice;
import dev.espalier.compression.tensor.StateDict;
import java.util.List;

/**
 * Torch-Pruning's {@code MagnitudeImportance(p=2)}: Σ w² over a channel's weights on either side,
 * mean over the members of the group, divided by the mean over the channels. Norms and biases do
 * not count.
 */
record Magnitude() implements Importance {
  @Override
  public double[] score(PruningGroup group, StateDict weights, StateDict gradients) {
    List<Slice> members =
        group.scored().stream().filter(s -> ChannelSums.isWeight(s, weights)).toList();
    double[] scores = new double[group.channels()];
    for (Slice slice : members) ChannelSums.add(scores, slice, weights, w -> w * w);
    double total = 0;
    for (double score : scores) total += score;
    if (total == 0) return scores;
    for (int c = 0; c < scores.length; c++) scores[c] *= scores.length / total;
    return scores;
  }
}

package dev.espalier.compression.prune;

import dev.espalier.compression.tensor.StateDict;

/**
 * A pruning criterion: how much each channel of a group matters. {@link Importances} holds the
 * criteria by name.
 */
@FunctionalInterface
public interface Importance {
  /**
   * Scores every channel of {@code group}; the lowest are removed first.
   *
   * @param group where the channels lie in {@code weights}
   * @param weights the network, as far as it is already pruned
   * @param gradients accumulated signed gradients, pruned alike; may be empty where the criterion
   *     needs none
   * @return one score a channel, in double precision
   */
  double[] score(PruningGroup group, StateDict weights, StateDict gradients);
}

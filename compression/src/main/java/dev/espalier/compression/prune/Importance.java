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
   * @param statistics what the criterion declares to need, pruned alike
   * @return one score a channel, in double precision
   */
  double[] score(PruningGroup group, StateDict weights, Statistics statistics);

  /**
   * Whether scores of different groups compare as they are. If not, a ranking over all groups
   * divides each group's by their mean.
   */
  default boolean comparable() {
    return false;
  }
}

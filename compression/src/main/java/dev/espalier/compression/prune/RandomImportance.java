package dev.espalier.compression.prune;

import dev.espalier.compression.CounterRandom;
import dev.espalier.compression.tensor.StateDict;
import java.util.SplittableRandom;

/**
 * Uniform scores in [0, 1), a function of the seed, the group's root and the channel alone, so that
 * the order of the groups does not matter.
 */
record RandomImportance(long seed) implements Importance {
  @Override
  public double[] score(PruningGroup group, StateDict weights, Statistics statistics) {
    SplittableRandom random = CounterRandom.at(seed, "prune " + group.root(), 0);
    return random.doubles(group.channels()).toArray();
  }
}

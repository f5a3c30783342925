package dev.espalier.compression.prune;

import dev.espalier.compression.tensor.StateDict;

/**
 * Uniform scores in [0, 1), each a function of the seed, the group's root and the channel alone, so
 * that no order of calls matters.
 */
record RandomImportance(long seed) implements Importance {
  @Override
  public double[] score(PruningGroup group, StateDict weights, StateDict gradients) {
    long purpose = mix(seed);
    for (char c : group.root().toCharArray()) purpose = mix(purpose ^ c);
    double[] scores = new double[group.channels()];
    for (int c = 0; c < scores.length; c++) {
      scores[c] = (mix(purpose + c) >>> 11) * 0x1p-53;
    }
    return scores;
  }

  /** SplitMix64 (Steele, Lea and Flood 2014). */
  private static long mix(long z) {
    z += 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}

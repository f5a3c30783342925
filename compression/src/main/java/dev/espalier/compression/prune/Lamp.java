package dev.espalier.compression.prune;

import dev.espalier.compression.tensor.StateDict;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * LAMP, layer-adaptive magnitude (Lee et al. 2021, equation 3), with a group in the place of a
 * layer and a channel's Σ w² over the group's members in the place of one squared weight: its share
 * of what is left when all smaller ones are gone. The largest scores 1, so no group is ever
 * emptied. Inside one group this ranks as magnitude does; it is made to compare groups.
 */
record Lamp() implements Importance {
  @Override
  public double[] score(PruningGroup group, StateDict weights, Statistics statistics) {
    double[] squares = new Magnitude(2, false).sums(group, weights);
    int[] descending =
        IntStream.range(0, squares.length)
            .boxed()
            .sorted(Comparator.<Integer>comparingDouble(c -> -squares[c]))
            .mapToInt(Integer::intValue)
            .toArray();
    double[] scores = new double[squares.length];
    double left = 0;
    for (int c : descending) {
      left += squares[c];
      scores[c] = left == 0 ? 0 : squares[c] / left;
    }
    return scores;
  }

  @Override
  public boolean comparable() {
    return true;
  }
}

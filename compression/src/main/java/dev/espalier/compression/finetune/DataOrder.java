package dev.espalier.compression.finetune;

import dev.espalier.compression.CounterRandom;
import java.util.SplittableRandom;

/** Which images a step sees: every epoch in another order, each a function of (seed, epoch). */
final class DataOrder {
  private final int images;
  private final int batch;
  private final long seed;
  private long epoch = -1;
  private int[] order = {};

  DataOrder(int images, int batch, long seed) {
    this.images = images;
    this.batch = batch;
    this.seed = seed;
  }

  /**
   * @param step 1 for the first step
   */
  int[] indices(int step) {
    int[] indices = new int[batch];
    for (int i = 0; i < batch; i++) {
      long position = (step - 1L) * batch + i;
      if (position / images != epoch) {
        epoch = position / images;
        order = CounterRandom.permutation(images, seed, "order", epoch);
      }
      indices[i] = order[(int) (position % images)];
    }
    return indices;
  }

  /** Which of the step's images are mirrored. */
  boolean[] flips(int step) {
    SplittableRandom random = CounterRandom.at(seed, "flip", step);
    boolean[] flips = new boolean[batch];
    for (int i = 0; i < batch; i++) flips[i] = random.nextBoolean();
    return flips;
  }
}

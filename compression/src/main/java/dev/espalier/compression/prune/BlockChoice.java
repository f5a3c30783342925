package dev.espalier.compression.prune;

/**
 * Which scores decide inside the equal blocks of a group's channels. Every block loses its lowest
 * ones, as many as every other.
 */
public enum BlockChoice {
  /** Each block's own. */
  EACH,
  /** Those of the first block, for all. */
  FIRST,
  /** Means over the blocks, for all. */
  MEAN;

  /** The scores to compare, one a channel, from the {@code scores} of all {@code blocks}. */
  double[] compared(double[] scores, int blocks) {
    if (this == EACH || blocks == 1) return scores;
    int block = scores.length / blocks;
    double[] compared = new double[scores.length];
    for (int offset = 0; offset < block; offset++) {
      double value = this == FIRST ? scores[offset] : mean(scores, offset, block, blocks);
      for (int b = 0; b < blocks; b++) compared[b * block + offset] = value;
    }
    return compared;
  }

  private static double mean(double[] scores, int offset, int block, int blocks) {
    double sum = 0;
    for (int b = 0; b < blocks; b++) sum += scores[b * block + offset];
    return sum / blocks;
  }
}

package dev.espalier.compression.evaluate;

import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.tensor.Dtype;
import dev.espalier.compression.tensor.Tensor;
import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * The inception score (Salimans et al. 2016): exp of the mean KL divergence between an image's
 * class probabilities and all images', taken in {@code splits} runs of consecutive images and
 * averaged. With classes other than Inception's it is a score of another name.
 */
public final class InceptionScore {
  private final FloatBuffer probabilities;
  private final int images;
  private final int classes;
  private final int splits;
  private final double[] entropies;

  /**
   * @param probabilities float32 [N, classes], rows summing to 1
   * @throws InvalidInput if there are fewer images than splits
   */
  public InceptionScore(Tensor probabilities, int splits) {
    InvalidInput.require(
        probabilities.rank() == 2 && probabilities.dtype() == Dtype.F32,
        "class probabilities are F32 [images, classes], not %s",
        probabilities);
    this.images = probabilities.extent(0);
    this.classes = probabilities.extent(1);
    this.splits = splits;
    InvalidInput.require(
        splits >= 1 && splits <= images, "%d images do not go into %d splits", images, splits);
    this.probabilities = probabilities.bytes().asFloatBuffer();
    this.entropies = new double[images];
    float[] row = new float[classes];
    for (int n = 0; n < images; n++) {
      this.probabilities.position(n * classes).get(row);
      for (float p : row) entropies[n] += entropy(p);
    }
  }

  private static double entropy(double p) {
    return p > 0 ? -p * Math.log(p) : 0;
  }

  /** The score: the mean over the splits. */
  public double score() {
    return Arrays.stream(perSplit(new int[0])).average().orElseThrow();
  }

  /**
   * The score of each split where image n counts {@code counts[n]} times; an empty {@code counts}
   * means once each. KL's mean is the entropy of the mean less the mean of the entropies.
   */
  double[] perSplit(int[] counts) {
    double[] scores = new double[splits];
    float[] row = new float[classes];
    for (int s = 0; s < splits; s++) {
      double[] sum = new double[classes];
      double weight = 0;
      double entropy = 0;
      int end = (int) ((s + 1L) * images / splits);
      for (int n = (int) ((long) s * images / splits); n < end; n++) {
        int count = counts.length == 0 ? 1 : counts[n];
        if (count == 0) continue;
        probabilities.position(n * classes).get(row);
        for (int c = 0; c < classes; c++) sum[c] += count * row[c];
        weight += count;
        entropy += count * entropies[n];
      }
      double ofMean = 0;
      for (double total : sum) ofMean += entropy(total / weight);
      scores[s] = Math.exp(ofMean - entropy / weight);
    }
    return scores;
  }
}

package dev.espalier.compression.evaluate;

import dev.espalier.compression.CounterRandom;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.IntToDoubleFunction;

/**
 * Confidence intervals by resampling (Efron 1979): the drawn images are drawn again from
 * themselves, with replacement, and the measure is taken anew each time. The interval reaches from
 * the 2.5th to the 97.5th percentile of these replicates, moved by what their mean exceeds the
 * measure by: a resampled cloud holds fewer different images, which inflates distances once more by
 * the bias that the measure has already. So it says how far another draw of as many images would
 * take the measure; real images and networks stay as they are. Draw b is a function of (seed, b).
 *
 * @param replicates how many; 0 for no intervals
 */
public record Bootstrap(int replicates, long seed) {
  /** The share of replicates inside an interval. */
  public static final double CONFIDENCE = 0.95;

  /** How often each of {@code n} images is drawn in replicate {@code b}; {@code n} draws in all. */
  int[] counts(int n, int b) {
    return counts(n, 1, b);
  }

  /** As {@link #counts(int, int)}, each of {@code strata} runs of images drawn from itself. */
  int[] counts(int n, int strata, int b) {
    SplittableRandom random = CounterRandom.at(seed, "bootstrap", b);
    int[] counts = new int[n];
    for (int s = 0; s < strata; s++) {
      int from = (int) ((long) s * n / strata);
      int to = (int) ((s + 1L) * n / strata);
      for (int i = from; i < to; i++) counts[random.nextInt(from, to)]++;
    }
    return counts;
  }

  /** Takes a measure on every replicate; {@code measure} is given the replicate's number. */
  double[] replicates(IntToDoubleFunction measure) {
    double[] values = new double[replicates];
    for (int b = 0; b < replicates; b++) values[b] = measure.applyAsDouble(b);
    return values;
  }

  /** The replicates of a mean over images. */
  double[] means(double[] perImage) {
    return replicates(
        b -> {
          int[] counts = counts(perImage.length, b);
          double sum = 0;
          for (int i = 0; i < counts.length; i++) sum += counts[i] * perImage[i];
          return sum / perImage.length;
        });
  }

  /** The interval around {@code measure} that its replicates, of which there are some, tell. */
  static Interval interval(double measure, double[] replicates) {
    double[] sorted = replicates.clone();
    Arrays.sort(sorted);
    double excess = Arrays.stream(sorted).average().orElseThrow() - measure;
    double tail = (1 - CONFIDENCE) / 2;
    return new Interval(quantile(sorted, tail) - excess, quantile(sorted, 1 - tail) - excess);
  }

  /** Linear between order statistics, as numpy's default. */
  private static double quantile(double[] sorted, double share) {
    double at = share * (sorted.length - 1);
    int below = (int) at;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
  }
}

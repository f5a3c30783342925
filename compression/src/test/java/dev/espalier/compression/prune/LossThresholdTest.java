package dev.espalier.compression.prune;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Where the accumulation stops on loss curves like those published with Diff-Pruning. The curves
 * themselves are not at hand; these fall log-linearly between the values that are: the loss of
 * timestep 0 and of 999, and the first timestep below each threshold.
 */
class LossThresholdTest {
  private static final int STEPS = 1000;
  private static final double[] SHARES = {0.1, 0.05, 0.02, 0.01, 0.005};

  private static final double[] CIFAR = curve(1701.10, 0.0523, new int[] {128, 249, 433, 540, 623});
  private static final double[] CELEBA = curve(4539.29, 0.3012, new int[] {88, 178, 348, 484, 593});

  /** At each of {@code stops} the curve passes just below its share of the first loss. */
  private static double[] curve(double first, double last, int[] stops) {
    double[] curve = new double[STEPS];
    int from = 0;
    double high = first;
    for (int i = 0; i <= stops.length; i++) {
      int to = i < stops.length ? stops[i] : STEPS - 1;
      double low = i < stops.length ? SHARES[i] * first * (1 - 1e-9) : last;
      for (int t = from; t <= to; t++) {
        curve[t] = high * Math.pow(low / high, (double) (t - from) / (to - from));
      }
      from = to;
      high = low;
    }
    return curve;
  }

  private static int stop(double[] curve, double threshold) {
    LossThreshold rule = new LossThreshold(threshold);
    for (int t = 0; t < curve.length; t++) {
      if (rule.ends(curve[t])) return t;
    }
    return curve.length;
  }

  @ParameterizedTest
  @CsvSource({
    "0.1,   128, 88",
    "0.05,  249, 178",
    "0.02,  433, 348",
    "0.01,  540, 484",
    "0.005, 623, 593",
    "0,     1000, 1000"
  })
  void theFirstLossBelowItsShareOfTheLargestEndsIt(double threshold, int cifar, int celeba) {
    assertThat(stop(CIFAR, threshold)).isEqualTo(cifar);
    assertThat(stop(CELEBA, threshold)).isEqualTo(celeba);
  }

  /** A later, larger loss raises the bar; what was counted before stays counted. */
  @ParameterizedTest
  @CsvSource({"0.4, 4", "0.3, 5"})
  void theLargestLossIsTheLargestSoFar(double threshold, int expected) {
    assertThat(stop(new double[] {1, 0.5, 0.45, 2, 0.7, 0.1}, threshold)).isEqualTo(expected);
  }
}

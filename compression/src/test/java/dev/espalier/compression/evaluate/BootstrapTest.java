package dev.espalier.compression.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.compression.tensor.Tensor;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BootstrapTest {
  @Test
  void aDrawIsAFunctionOfSeedAndNumber() {
    Bootstrap bootstrap = new Bootstrap(10, 3);
    assertThat(bootstrap.counts(100, 7))
        .isEqualTo(new Bootstrap(20, 3).counts(100, 7))
        .isNotEqualTo(bootstrap.counts(100, 8))
        .isNotEqualTo(new Bootstrap(10, 4).counts(100, 7));
    assertThat(Arrays.stream(bootstrap.counts(100, 7)).sum()).isEqualTo(100);
  }

  @Test
  void strataAreDrawnFromThemselves() {
    int[] counts = new Bootstrap(1, 1).counts(10, 3, 0);
    assertThat(Arrays.stream(counts, 0, 3).sum()).isEqualTo(3);
    assertThat(Arrays.stream(counts, 3, 6).sum()).isEqualTo(3);
    assertThat(Arrays.stream(counts, 6, 10).sum()).isEqualTo(4);
  }

  @Test
  void theIntervalOfAMeanIsThatOfNormalTheory() {
    double[] values = new Random(1).doubles(2000).toArray();
    double mean = Arrays.stream(values).average().orElseThrow();
    Interval interval = Bootstrap.interval(mean, new Bootstrap(2000, 1).means(values));
    double halfWidth = 1.96 * Math.sqrt(1 / 12.0 / 2000);
    assertThat(interval.low()).isCloseTo(mean - halfWidth, within(0.1 * halfWidth));
    assertThat(interval.high()).isCloseTo(mean + halfWidth, within(0.1 * halfWidth));
  }

  @Test
  void percentilesLieBetweenOrderStatisticsAndAreMovedToTheMeasure() {
    double[] replicates = {10, 20, 30, 40, 50};
    Interval interval = Bootstrap.interval(25, replicates);
    assertThat(interval.low()).isCloseTo(11 - 5, within(1e-12));
    assertThat(interval.high()).isCloseTo(49 - 5, within(1e-12));
  }

  /** Of 50 clouds' intervals, about 47 should hold what such clouds give on average. */
  @Test
  void theIntervalOfAFrechetDistanceHoldsTheAverageDistanceOfOtherDraws() {
    Random random = new Random(9);
    FeatureStatistics real = FeatureStatistics.of(cloud(random, 2000, 1));
    try (FrechetDistance distance = FrechetDistance.from(real, Normalisation.UNBIASED)) {
      double average = 0;
      for (int i = 0; i < 200; i++) {
        average += distance.to(FeatureStatistics.of(cloud(random, 200, 1.3))) / 200;
      }
      int held = 0;
      for (int i = 0; i < 50; i++) {
        Tensor fake = cloud(random, 200, 1.3);
        Bootstrap bootstrap = new Bootstrap(50, i);
        double[] replicates =
            bootstrap.replicates(
                b -> distance.to(FeatureStatistics.of(fake, bootstrap.counts(200, b))));
        Interval interval = Bootstrap.interval(distance.to(FeatureStatistics.of(fake)), replicates);
        if (interval.low() <= average && average <= interval.high()) held++;
      }
      assertThat(held).isBetween(42, 50);
    }
  }

  private static Tensor cloud(Random random, int rows, double scale) {
    double[] values = new double[rows * 4];
    for (int i = 0; i < values.length; i++) values[i] = scale * random.nextGaussian();
    return Tensor.of(values, rows, 4);
  }
}

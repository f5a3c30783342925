package dev.espalier.compression.evaluate;

import static dev.espalier.compression.evaluate.Normalisation.POPULATION;
import static dev.espalier.compression.evaluate.Normalisation.UNBIASED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.tensor.Tensor;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FeatureStatisticsTest {
  @Test
  void meanAndCovarianceFollowTheirDefinitions() {
    FeatureStatistics statistics =
        FeatureStatistics.of(Tensor.of(new double[] {1, 2, 3, 6, 5, 1}, 3, 2));
    assertThat(statistics.count()).isEqualTo(3);
    assertThat(statistics.mean().doubles()).containsExactly(new double[] {3, 3}, within(1e-15));
    assertThat(statistics.covariance(UNBIASED).doubles())
        .containsExactly(new double[] {4, -1, -1, 7}, within(1e-14));
    assertThat(statistics.covariance(POPULATION).doubles())
        .containsExactly(new double[] {8 / 3.0, -2 / 3.0, -2 / 3.0, 14 / 3.0}, within(1e-14));
  }

  @Test
  void theCutIntoBatchesDoesNotMatter() {
    Tensor all = gaussian(2500, 3, 0);
    FeatureStatistics whole = FeatureStatistics.of(all);
    FeatureStatistics parts = new FeatureStatistics(3);
    for (int start = 0; start < 2500; start += 7) {
      parts.addBatch(all.select(0, IntStream.range(start, Math.min(2500, start + 7)).toArray()));
    }
    assertThat(parts.count()).isEqualTo(2500);
    assertThat(parts.mean()).isEqualTo(whole.mean());
    assertThat(parts.covariance(UNBIASED)).isEqualTo(whole.covariance(UNBIASED));
  }

  @Test
  void readingInBetweenChangesNothingButRounding() {
    Tensor all = gaussian(1500, 3, 0);
    FeatureStatistics read = new FeatureStatistics(3);
    read.addBatch(all.select(0, IntStream.range(0, 700).toArray()));
    assertThat(read.mean().size()).isEqualTo(3);
    read.addBatch(all.select(0, IntStream.range(700, 1500).toArray()));
    assertThat(read.covariance(UNBIASED).doubles())
        .containsExactly(FeatureStatistics.of(all).covariance(UNBIASED).doubles(), within(1e-12));
  }

  @Test
  void aLargeOffsetDoesNotDrownTheVariance() {
    FeatureStatistics far = FeatureStatistics.of(gaussian(3000, 2, 1e8));
    FeatureStatistics near = FeatureStatistics.of(gaussian(3000, 2, 0));
    assertThat(far.covariance(UNBIASED).doubles())
        .containsExactly(near.covariance(UNBIASED).doubles(), within(1e-6));
  }

  @Test
  void otherWidthsAndInfiniteFeaturesAreRefused() {
    FeatureStatistics statistics = new FeatureStatistics(2);
    assertThatThrownBy(() -> statistics.addBatch(Tensor.of(new double[3], 1, 3)))
        .isInstanceOf(InvalidInput.class)
        .hasMessage("features are [images, 2] here, not F64[1, 3]");
    assertThatThrownBy(() -> statistics.addBatch(Tensor.of(new double[] {1, Double.NaN}, 1, 2)))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("features hold NaN");
    assertThat(statistics.count()).isZero();
  }

  private static Tensor gaussian(int rows, int width, double offset) {
    Random random = new Random(5);
    double[] values = random.doubles((long) rows * width).map(v -> v + offset).toArray();
    return Tensor.of(values, rows, width);
  }
}

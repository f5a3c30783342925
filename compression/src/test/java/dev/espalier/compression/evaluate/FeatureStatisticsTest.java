package dev.espalier.compression.evaluate;

import static dev.espalier.compression.evaluate.Normalisation.POPULATION;
import static dev.espalier.compression.evaluate.Normalisation.UNBIASED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.tensor.Tensor;
import java.util.Random;
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
  void severalBlocksFollowThemToo() {
    Tensor all = gaussian(9000, 3, 0);
    double[] values = all.doubles();
    double[] mean = new double[3];
    for (int i = 0; i < values.length; i++) mean[i % 3] += values[i] / 9000;
    double product = 0;
    for (int i = 0; i < values.length; i += 3) {
      product += (values[i] - mean[0]) * (values[i + 2] - mean[2]);
    }
    FeatureStatistics statistics = FeatureStatistics.of(all);
    assertThat(statistics.mean().doubles()).containsExactly(mean, within(1e-12));
    assertThat(statistics.scatter().doubles()[2]).isCloseTo(product, within(1e-9));
    assertThat(statistics.scatter().doubles()[6]).isEqualTo(statistics.scatter().doubles()[2]);
  }

  @Test
  void aCountIsAsGoodAsARepetition() {
    Tensor few = gaussian(5, 3, 0);
    Tensor repeated = few.select(0, new int[] {0, 2, 2, 2, 4});
    FeatureStatistics counted = FeatureStatistics.of(few, new int[] {1, 0, 3, 0, 1});
    FeatureStatistics listed = FeatureStatistics.of(repeated);
    assertThat(counted.count()).isEqualTo(5);
    assertThat(counted.mean().doubles()).containsExactly(listed.mean().doubles(), within(1e-14));
    assertThat(counted.scatter().doubles())
        .containsExactly(listed.scatter().doubles(), within(1e-14));
  }

  @Test
  void aLargeOffsetDoesNotDrownTheVariance() {
    FeatureStatistics far = FeatureStatistics.of(gaussian(3000, 2, 1e8));
    FeatureStatistics near = FeatureStatistics.of(gaussian(3000, 2, 0));
    assertThat(far.covariance(UNBIASED).doubles())
        .containsExactly(near.covariance(UNBIASED).doubles(), within(1e-6));
  }

  @Test
  void manyWideVectorsAreMultipliedInFloat32AndTheDistanceHardlyTells() {
    Tensor real = gaussian(2600, 300, 0.5).toFloat32();
    Tensor fake = gaussian(2400, 300, 0.6).toFloat32();
    double narrow = FrechetDistance.of(real, fake, UNBIASED);
    double wide = FrechetDistance.of(wide(real), wide(fake), UNBIASED);
    assertThat(narrow).isNotEqualTo(wide).isCloseTo(wide, within(1e-7 * wide));
  }

  @Test
  void featuresThatDependOnOthersAreMultipliedInDouble() {
    float[] values = gaussian(2600, 300, 0).floats();
    for (int i = 0; i < values.length; i += 300) values[i + 299] = values[i] + values[i + 1];
    Tensor dependent = Tensor.of(values, 2600, 300);
    assertThat(FeatureStatistics.of(dependent)).isEqualTo(FeatureStatistics.of(wide(dependent)));
  }

  @Test
  void whatIsWrittenReadsBack() {
    FeatureStatistics statistics = FeatureStatistics.of(gaussian(10, 3, 0));
    assertThat(FeatureStatistics.of(statistics.toStateDict())).isEqualTo(statistics);
  }

  @Test
  void infiniteFeaturesAndNoneAtAllAreRefused() {
    for (double value : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThatThrownBy(() -> FeatureStatistics.of(Tensor.of(new double[] {1, 2, 3, value}, 2, 2)))
          .isInstanceOf(InvalidInput.class)
          .hasMessageContaining("features hold")
          .hasMessageContaining("diverged");
    }
    assertThatThrownBy(() -> FeatureStatistics.of(Tensor.of(new double[0], 0, 2)))
        .isInstanceOf(InvalidInput.class)
        .hasMessage("feature statistics need at least 1 image");
    assertThatThrownBy(() -> FeatureStatistics.of(Tensor.of(new double[4], 4)))
        .isInstanceOf(InvalidInput.class)
        .hasMessage("features are F32 or F64 [images, width], not F64[4]");
  }

  private static Tensor wide(Tensor features) {
    return Tensor.of(features.doubles(), features.shape());
  }

  private static Tensor gaussian(int rows, int width, double offset) {
    Random random = new Random(5);
    double[] values = random.doubles((long) rows * width).map(v -> v + offset).toArray();
    return Tensor.of(values, rows, width);
  }
}

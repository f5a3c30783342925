package dev.espalier.compression.evaluate;

import static dev.espalier.compression.evaluate.Normalisation.POPULATION;
import static dev.espalier.compression.evaluate.Normalisation.UNBIASED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.tensor.Tensor;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;

class FrechetDistanceTest {
  @Test
  void theGoldenFeaturesAreThoseOfTheReference() {
    double[] real = GoldenFeatures.real(40).doubles();
    double[] fake = GoldenFeatures.fake(50).doubles();
    assertThat(Arrays.copyOf(real, 3))
        .containsExactly(
            new double[] {0.47731150620399665, -0.23129381240202182, -0.821711305106173},
            within(1e-12));
    assertThat(Arrays.copyOfRange(fake, 297, 300))
        .containsExactly(
            new double[] {-0.5318862118531257, 0.8504987902546318, -0.6999223209177441},
            within(1e-12));
  }

  @Test
  void equalsPytorchFidOnTheGoldenFeatures() {
    assertThat(FrechetDistance.of(GoldenFeatures.real(40), GoldenFeatures.fake(50), UNBIASED))
        .isCloseTo(0.4500993476604025, within(1e-13));
  }

  @Test
  void equalsTheEigenvalueFormOnARankDeficientPair() {
    assertThat(FrechetDistance.of(GoldenFeatures.real(5), GoldenFeatures.fake(5), UNBIASED))
        .isCloseTo(1.1798166952505795, within(1e-7));
  }

  @Test
  void aCloudIsAtNoDistanceFromItself() {
    Tensor real = GoldenFeatures.real(40);
    assertThat(FrechetDistance.of(real, real, UNBIASED)).isCloseTo(0, within(1e-12));
  }

  @Test
  void drawsOfFewVectorsAreAsFarAsTheirStatisticsSay() {
    int n = 30;
    int width = 40;
    Tensor real = gaussian(1, 200, width);
    Tensor fake = gaussian(2, n, width);
    int[] counts = new Bootstrap(1, 5).counts(n, 0);
    for (Normalisation normalisation : Normalisation.values()) {
      try (FrechetDistance distance =
          FrechetDistance.from(FeatureStatistics.of(real), normalisation)) {
        ToDoubleFunction<int[]> draws = distance.toDrawsOf(fake);
        assertThat(draws.applyAsDouble(new int[0]))
            .isCloseTo(distance.to(FeatureStatistics.of(fake)), withinPercentage(1e-5));
        assertThat(draws.applyAsDouble(counts))
            .isCloseTo(distance.to(FeatureStatistics.of(fake, counts)), withinPercentage(1e-5));
      }
    }
  }

  @Test
  void fewVectorsBesideFewRealOnes() {
    try (FrechetDistance distance =
        FrechetDistance.from(FeatureStatistics.of(GoldenFeatures.real(5)), UNBIASED)) {
      assertThat(distance.toDrawsOf(GoldenFeatures.fake(5)).applyAsDouble(new int[0]))
          .isCloseTo(1.1798166952505795, within(1e-7));
    }
  }

  private static Tensor gaussian(long seed, int rows, int width) {
    SplittableRandom random = new SplittableRandom(seed);
    double[] values = new double[rows * width];
    Arrays.setAll(values, i -> 3 + (1 + i % width) * random.nextGaussian());
    return Tensor.of(values, rows, width);
  }

  @Test
  void isSymmetric() {
    Tensor real = GoldenFeatures.real(40);
    Tensor fake = GoldenFeatures.fake(50);
    assertThat(FrechetDistance.of(fake, real, UNBIASED))
        .isCloseTo(FrechetDistance.of(real, fake, UNBIASED), within(1e-12));
  }

  @Test
  void oneFeatureGivesTheTextbookFormula() {
    Tensor real = Tensor.of(new double[] {-1, 1}, 2, 1);
    Tensor fake = Tensor.of(new double[] {2, 8}, 2, 1);
    double root2 = Math.sqrt(2);
    assertThat(FrechetDistance.of(real, fake, POPULATION))
        .isCloseTo(25 + (3 - 1) * (3 - 1), within(1e-12));
    assertThat(FrechetDistance.of(real, fake, UNBIASED))
        .isCloseTo(25 + (3 * root2 - root2) * (3 * root2 - root2), within(1e-12));
  }

  @Test
  void cloudsOfOtherWidthsAndTooFewImagesAreRefused() {
    Tensor wide = GoldenFeatures.real(4);
    Tensor narrow = Tensor.of(new double[4], 4, 1);
    assertThatThrownBy(() -> FrechetDistance.of(wide, narrow, UNBIASED))
        .isInstanceOf(InvalidInput.class)
        .hasMessage("real features have the width 6, fake ones 1");
    assertThatThrownBy(() -> FrechetDistance.of(GoldenFeatures.real(1), wide, UNBIASED))
        .isInstanceOf(InvalidInput.class)
        .hasMessage("a covariance needs more than 1 images");
  }
}

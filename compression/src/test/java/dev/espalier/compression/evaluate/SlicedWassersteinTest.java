package dev.espalier.compression.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.tensor.Progress;
import dev.espalier.compression.tensor.Tensor;
import org.junit.jupiter.api.Test;

class SlicedWassersteinTest {
  private static final Tensor AXIS = Tensor.of(new double[] {1}, 1, 1);

  @Test
  void equalSizesAreComparedInSortedOrder() {
    Tensor real = Tensor.of(new double[] {3, 1, 2}, 3, 1);
    Tensor fake = Tensor.of(new double[] {5, 2, 3}, 3, 1);
    assertThat(SlicedWasserstein.of(real, fake, AXIS).perDirection()[0])
        .isCloseTo(Math.sqrt((1 + 1 + 4) / 3.0), within(1e-15));
  }

  @Test
  void otherSizesAreComparedByTheirQuantiles() {
    Tensor real = Tensor.of(new double[] {0, 6}, 2, 1);
    Tensor fake = Tensor.of(new double[] {1, 2, 3}, 3, 1);
    double square = (1 / 3.0) * 1 + (1 / 6.0) * 4 + (1 / 6.0) * 16 + (1 / 3.0) * 9;
    assertThat(SlicedWasserstein.of(real, fake, AXIS).perDirection()[0])
        .isCloseTo(Math.sqrt(square), within(1e-15));
  }

  @Test
  void aResamplingIsAsGoodAsTheRepeatedVectors() {
    Tensor real = GoldenFeatures.real(40);
    Tensor fake = GoldenFeatures.fake(5);
    Tensor directions = SlicedWasserstein.directions(6, 20, 1);
    int[] counts = {0, 2, 1, 0, 2};
    double[][] resampled =
        SlicedWasserstein.perResampling(
            real,
            fake,
            directions,
            new SlicedWasserstein.Resampling() {
              @Override
              public int count() {
                return 2;
              }

              @Override
              public int[] counts(int b) {
                return b == 0 ? new int[0] : counts;
              }
            },
            Progress.NONE);
    Tensor repeated = fake.select(0, new int[] {1, 1, 2, 4, 4});
    assertThat(resampled[0])
        .containsExactly(
            SlicedWasserstein.of(real, fake, directions).perDirection(), within(1e-12));
    assertThat(resampled[1])
        .containsExactly(
            SlicedWasserstein.of(real, repeated, directions).perDirection(), within(1e-12));
  }

  @Test
  void directionsAreUnitVectorsAndAFunctionOfTheSeed() {
    Tensor directions = SlicedWasserstein.directions(6, 3, 5);
    double[] values = directions.doubles();
    for (int d = 0; d < 3; d++) {
      double norm = 0;
      for (int i = 0; i < 6; i++) norm += values[d * 6 + i] * values[d * 6 + i];
      assertThat(norm).isCloseTo(1, within(1e-12));
    }
    assertThat(SlicedWasserstein.directions(6, 3, 5)).isEqualTo(directions);
    assertThat(SlicedWasserstein.directions(6, 3, 6)).isNotEqualTo(directions);
  }

  @Test
  void otherWidthsAreRefused() {
    assertThatThrownBy(
            () -> SlicedWasserstein.of(GoldenFeatures.real(3), GoldenFeatures.fake(3), AXIS))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("features of one width and directions [number, width]");
  }
}

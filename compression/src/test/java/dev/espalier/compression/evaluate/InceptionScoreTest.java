package dev.espalier.compression.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.tensor.Tensor;
import org.junit.jupiter.api.Test;

class InceptionScoreTest {
  private static final Tensor FOUR =
      Tensor.of(new float[] {1, 0, 0, 1, 0.5f, 0.5f, 0.25f, 0.75f}, 4, 2);

  @Test
  void certainAndBalancedImagesScoreTheNumberOfClasses() {
    Tensor certain = Tensor.of(new float[] {1, 0, 0, 1}, 2, 2);
    assertThat(new InceptionScore(certain, 1).score()).isCloseTo(2, within(1e-12));
    assertThat(new InceptionScore(certain, 2).score()).isCloseTo(1, within(1e-12));
  }

  @Test
  void theScoreIsTheMeanDivergenceFromTheMarginal() {
    double kl = 0;
    double[] mean = {0.4375, 0.5625};
    double[][] rows = {{1, 0}, {0, 1}, {0.5, 0.5}, {0.25, 0.75}};
    for (double[] row : rows) {
      for (int c = 0; c < 2; c++) if (row[c] > 0) kl += row[c] * Math.log(row[c] / mean[c]) / 4;
    }
    assertThat(new InceptionScore(FOUR, 1).score()).isCloseTo(Math.exp(kl), within(1e-12));
  }

  @Test
  void aCountIsAsGoodAsARepetition() {
    Tensor repeated = FOUR.select(0, new int[] {0, 0, 3, 3});
    assertThat(new InceptionScore(FOUR, 1).perSplit(new int[] {2, 0, 0, 2}))
        .containsExactly(new double[] {new InceptionScore(repeated, 1).score()}, within(1e-12));
  }

  @Test
  void moreSplitsThanImagesAreRefused() {
    assertThatThrownBy(() -> new InceptionScore(FOUR, 5))
        .isInstanceOf(InvalidInput.class)
        .hasMessage("4 images do not go into 5 splits");
  }
}

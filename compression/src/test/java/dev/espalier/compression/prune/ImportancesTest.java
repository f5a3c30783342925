package dev.espalier.compression.prune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.prune.Importances.Gradients;
import dev.espalier.compression.prune.PruningGroup.Slice;
import dev.espalier.compression.tensor.StateDict;
import dev.espalier.compression.tensor.Tensor;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Two channels: out of "a", through the norm "n", into "b", and twice into "c". */
class ImportancesTest {
  private final PruningGroup group =
      new PruningGroup(
          "a",
          2,
          List.of(
              new Slice("a.weight", 0, 0),
              new Slice("a.bias", 0, 0),
              new Slice("n.weight", 0, 0),
              new Slice("n.bias", 0, 0),
              new Slice("b.weight", 1, 1),
              new Slice("c.weight", 1, 0),
              new Slice("c.weight", 1, 2)),
          List.of());
  private final StateDict weights =
      new StateDict(
          Map.of(
              "a.weight", Tensor.of(new float[] {1, 2, 3, 4}, 2, 2),
              "a.bias", Tensor.of(new float[] {100, 200}, 2),
              "n.weight", Tensor.of(new float[] {2, -3}, 2),
              "n.bias", Tensor.of(new float[] {300, 400}, 2),
              "b.weight", Tensor.of(new float[] {9, 1, 2, 9, 3, 4}, 2, 3),
              "c.weight", Tensor.of(new float[] {7, 7, 7, 7}, 1, 4)));
  private final StateDict gradients =
      new StateDict(
          Map.of(
              "a.weight", Tensor.of(new float[] {1, -1, 2, 0}, 2, 2),
              "a.bias", Tensor.of(new float[] {5, 5}, 2),
              "n.weight", Tensor.of(new float[] {-1, 2}, 2),
              "n.bias", Tensor.of(new float[] {5, 5}, 2),
              "b.weight", Tensor.of(new float[] {9, 2, 1, 9, 0, -1}, 2, 3),
              "c.weight", Tensor.of(new float[] {5, 5, 5, 5}, 1, 4)));

  private double[] score(String criterion) {
    return Importances.of(criterion, 3).score(group, weights, Statistics.ofGradients(gradients));
  }

  @Test
  void magnitudeIsTheSumOfSquaresRelativeToTheMean() {
    // Channel 0: a 1+4, b 1+9; channel 1: a 9+16, b 4+16; their mean is 30.
    assertThat(score("magnitude"))
        .containsExactly(new double[] {15 / 30., 45 / 30.}, within(1e-12));
  }

  @Test
  void diffPruningSquaresWeightTermsAndTakesNormTermsAsTheyAre() {
    // w·g: a (1, -2) and (6, 0); b column 1 (2, 0) and column 2 (2, -4); norm -2 and -6.
    assertThat(score("diff-pruning"))
        .containsExactly(new double[] {1 + 4 + 4 + 2, 36 + 4 + 16 + 6}, within(1e-12));
  }

  @Test
  void taylorIsTheSizeOfTheSignedSum() {
    assertThat(score("taylor"))
        .containsExactly(
            new double[] {Math.abs(1 - 2 + 2 - 2), Math.abs(6 + 2 - 4 - 6)}, within(1e-12));
  }

  @Test
  void anAxisThatOccursTwiceIsNotScored() {
    assertThat(group.scored()).extracting(Slice::key).doesNotContain("c.weight").hasSize(5);
  }

  @Test
  void randomScoresDependOnSeedAndRootAlone() {
    PruningGroup other = new PruningGroup("b", 2, group.slices(), List.of());
    double[] scores = score("random");
    assertThat(score("random")).isEqualTo(scores);
    assertThat(Importances.of("random", 4).score(group, weights, Statistics.NONE))
        .isNotEqualTo(scores);
    assertThat(Importances.of("random", 3).score(other, weights, Statistics.NONE))
        .isNotEqualTo(scores);
    for (double score : scores) assertThat(score).isBetween(0.0, 1.0);
  }

  @Test
  void theTableSaysWhichGradientsACriterionNeeds() {
    assertThat(Importances.names())
        .containsExactly("random", "magnitude", "taylor", "diff-pruning");
    assertThat(Importances.gradients("magnitude")).isEqualTo(Gradients.NONE);
    assertThat(Importances.gradients("taylor")).isEqualTo(Gradients.EVERY_TIMESTEP);
    assertThat(Importances.gradients("diff-pruning")).isEqualTo(Gradients.UNTIL_THRESHOLD);
    assertThatThrownBy(() -> Importances.of("fisher", 0))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("random, magnitude, taylor, diff-pruning");
  }
}

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

  private final StateDict curvature =
      new StateDict(
          Map.of(
              "a.weight", Tensor.of(new float[] {2, 0, 4, 2}, 2, 2),
              "n.weight", Tensor.of(new float[] {1, 2}, 2),
              "b.weight", Tensor.of(new float[] {9, 2, 1, 9, 4, 3}, 2, 3),
              "c.weight", Tensor.of(new float[] {5, 5, 5, 5}, 1, 4)));
  private final StateDict activations =
      new StateDict(
          Map.of(
              "a.weight", Tensor.of(new double[] {0.5, 2}, 2),
              "b.weight", Tensor.of(new double[] {7, 7}, 2),
              "c.weight", Tensor.of(new double[] {7}, 1)));
  private final Statistics statistics =
      new Statistics(
          Map.of(
              Statistic.GRADIENT, gradients,
              Statistic.SQUARED_GRADIENT, gradients,
              Statistic.CURVATURE, curvature,
              Statistic.ACTIVATION, activations));

  private double[] score(String criterion) {
    return Importances.of(criterion, 3).score(group, weights, statistics);
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
  void elementwiseTaylorDoesNotCancel() {
    assertThat(score("taylor-elementwise"))
        .containsExactly(new double[] {1 + 2 + 2 + 0 + 2, 6 + 0 + 2 + 4 + 6}, within(1e-12));
  }

  @Test
  void squaredTaylorIsDiffPruningOverAllTimesteps() {
    assertThat(score("taylor-squared")).isEqualTo(score("diff-pruning"));
    assertThat(Importances.gradients("taylor-squared")).isEqualTo(Gradients.EVERY_TIMESTEP);
  }

  @Test
  void magnitudeOfOrderOneSumsAbsoluteValues() {
    // Channel 0: a 1+2, b 1+3; channel 1: a 3+4, b 2+4; their mean is 10.
    assertThat(score("magnitude-l1")).containsExactly(new double[] {0.7, 1.3}, within(1e-12));
  }

  @Test
  void lampIsTheShareOfWhatIsLeftWhenSmallerOnesAreGone() {
    // Sums of squares 15 and 45.
    assertThat(score("lamp")).containsExactly(new double[] {15 / 60., 1}, within(1e-12));
    assertThat(Importances.of("lamp", 0).comparable()).isTrue();
  }

  /** Three filters on a line: the middle one is nearest to the others, though not the smallest. */
  @Test
  void fpgmScoresDistancesToTheOtherFilters() {
    PruningGroup three =
        new PruningGroup(
            "a", 3, List.of(new Slice("a.weight", 0, 0), new Slice("b.weight", 1, 0)), List.of());
    StateDict filters =
        new StateDict(
            Map.of(
                "a.weight", Tensor.of(new float[] {0, 0, 3, 4, 9, 12}, 3, 2),
                "b.weight", Tensor.of(new float[] {9, 9, 9}, 1, 3)));
    // Distances 5, 10 and 15: sums 20, 15, 25, their mean 20. What reads them does not count.
    assertThat(Importances.of("fpgm", 0).score(three, filters, Statistics.NONE))
        .containsExactly(new double[] {1, 0.75, 1.25}, within(1e-12));
  }

  @Test
  void secondOrderTaylorAddsTheCurvature() {
    // Half of h·w²: a (1, 0) and (18, 16), b (1, 18) and (2, 24), norm 2 and 9.
    double first = 1 - 2 + 2 - 2;
    double second = 6 + 2 - 4 - 6;
    assertThat(score("obd"))
        .containsExactly(new double[] {1 + 1 + 18 + 2, 18 + 16 + 2 + 24 + 9}, within(1e-12));
    assertThat(score("taylor-second-order"))
        .containsExactly(new double[] {22 - first, 69 - second}, within(1e-12));
  }

  @Test
  void fisherSumsTheSquaredGradientsItIsGiven() {
    // a (1, -1) and (2, 0), b (2, 0) and (1, -1), norm -1 and 2, standing in for squares.
    assertThat(score("fisher")).containsExactly(new double[] {1, 4}, within(1e-12));
  }

  @Test
  void activationIsThatOfTheLayersThatWrite() {
    assertThat(score("activation")).containsExactly(new double[] {0.5, 2}, within(1e-12));
  }

  /** The norm scale counts in 1.1.7, the member met twice from 1.2.2 on. */
  @Test
  void theReleasesTaylorIsRelativeToItsMean() {
    double[] early =
        Compat.TORCH_PRUNING_1_1_7.own("taylor").orElseThrow().score(group, weights, statistics);
    // |1-2| + |2+0| + |-2| and |6+0| + |2-4| + |-6|.
    assertThat(early).containsExactly(new double[] {5 / 9.5, 14 / 9.5}, within(1e-12));
    double[] late =
        Compat.TORCH_PRUNING_1_2_5
            .own("diff-pruning")
            .orElseThrow()
            .score(group, weights, statistics);
    // 3 + 2 + 70 and 6 + 6 + 70.
    assertThat(late).containsExactly(new double[] {75 / 78.5, 82 / 78.5}, within(1e-12));
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
  void theTableSaysWhatACriterionNeeds() {
    assertThat(Importances.names())
        .containsExactly(
            "random",
            "magnitude",
            "magnitude-l1",
            "lamp",
            "fpgm",
            "taylor",
            "taylor-elementwise",
            "taylor-squared",
            "taylor-second-order",
            "fisher",
            "obd",
            "activation",
            "diff-pruning");
    assertThat(Importances.gradients("magnitude")).isEqualTo(Gradients.NONE);
    assertThat(Importances.gradients("taylor")).isEqualTo(Gradients.EVERY_TIMESTEP);
    assertThat(Importances.gradients("diff-pruning")).isEqualTo(Gradients.UNTIL_THRESHOLD);
    assertThat(Importances.statistics("lamp")).isEmpty();
    assertThat(Importances.statistics("taylor-second-order"))
        .containsExactly(Statistic.GRADIENT, Statistic.CURVATURE);
    assertThat(Importances.statistics("activation")).containsExactly(Statistic.ACTIVATION);
    assertThatThrownBy(() -> Importances.of("best", 0))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("random, magnitude, magnitude-l1, lamp");
  }
}

package dev.espalier.compression.prune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.compression.CounterRandom;
import dev.espalier.compression.InvalidInput;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Target V28. */
class CoveringKnapsackTest {
  private static final long[] WEIGHTS = {7, 3, 9, 4, 6, 5, 2, 8};
  private static final double[] VALUES = {5.0, 1.2, 9.1, 2.5, 3.3, 4.4, 0.9, 6.0};

  @Test
  void theStatedInstanceIsSolved() {
    assertThat(CoveringKnapsack.solve(WEIGHTS, VALUES, 10, 1)).containsExactly(1, 4, 6);
    assertThat(CoveringKnapsack.solve(WEIGHTS, VALUES, 22, 1)).containsExactly(0, 1, 3, 4, 6);
    assertThat(CoveringKnapsack.solve(WEIGHTS, VALUES, 30, 1)).containsExactly(0, 1, 3, 4, 6, 7);
    assertThat(CoveringKnapsack.solve(WEIGHTS, VALUES, 0, 1)).isEmpty();
  }

  @Test
  void noSetIsCheaperThanTheChosenOne() {
    for (int round = 0; round < 300; round++) {
      SplittableRandom random = CounterRandom.at(7, "knapsack", round);
      int n = 1 + random.nextInt(10);
      long[] weights = random.longs(n, 0, 20).toArray();
      double[] values = random.ints(n, 0, 8).asDoubleStream().toArray();
      long all = Arrays.stream(weights).sum();
      long target = random.nextLong(all + 1);
      List<Integer> chosen = CoveringKnapsack.solve(weights, values, target, 1);
      assertThat(chosen.stream().mapToLong(i -> weights[i]).sum()).isGreaterThanOrEqualTo(target);
      double[] best = bruteForce(weights, values, target);
      assertThat(chosen.stream().mapToDouble(i -> values[i]).sum()).isCloseTo(best[0], within(0.0));
      assertThat(chosen).hasSize((int) best[1]);
    }
  }

  @Test
  void coarseBucketsStillReachTheTarget() {
    long[] parameters = {2_255_040, 2_546_240, 6_558_080, 8_196_480, 9_188_480, 24_584_960};
    double[] losses = {1, 2, 3, 4, 5, 6};
    List<Integer> chosen = CoveringKnapsack.solve(parameters, losses, 20_000_000, 10_000);
    assertThat(chosen.stream().mapToLong(i -> parameters[i]).sum())
        .isGreaterThanOrEqualTo(20_000_000);
  }

  @Test
  void anUnreachableTargetIsRefused() {
    assertThatThrownBy(() -> CoveringKnapsack.solve(WEIGHTS, VALUES, 45, 1))
        .isInstanceOf(InvalidInput.class)
        .hasMessage("all layers together weigh 44; they cannot reach 45");
  }

  /** Least value, and least count of items at that value. */
  private static double[] bruteForce(long[] weights, double[] values, long target) {
    double[] best = {Double.POSITIVE_INFINITY, 0};
    for (int set = 0; set < 1 << weights.length; set++) {
      long weight = 0;
      double value = 0;
      for (int i = 0; i < weights.length; i++) {
        if ((set >> i & 1) == 1) {
          weight += weights[i];
          value += values[i];
        }
      }
      int items = Integer.bitCount(set);
      boolean better = value < best[0] || value == best[0] && items < best[1];
      if (weight >= target && better) best = new double[] {value, items};
    }
    return best;
  }
}

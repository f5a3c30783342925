package dev.espalier.workflows.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.compression.CounterRandom;
import dev.espalier.workflows.search.Ladder.Climb;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LadderTest {
  private static Rungs rungs(String rule, int eta, Integer... steps) {
    return new Rungs(rule, List.of(steps), eta);
  }

  @Test
  void ashaSendsOnTheBestThirdOfThoseThatHaveArrivedSoFar() {
    Ladder ladder = new Ladder(rungs("asha", 3, 10, 30), 9);
    double[] values = {5, 4, 6, 1, 2, 3, 9, 0, 7};
    List<List<Integer>> sentOn = new ArrayList<>();
    for (int arm = 0; arm < values.length; arm++) {
      ladder.ended(new Climb(arm, 0), values[arm]);
      sentOn.add(taken(ladder).stream().map(Climb::arm).toList());
    }
    // By hand: after 3 arrivals the best is arm 1; 3 is better than it; after 6 the best two are 3
    // and 4; 7 is the best of all; after 9 the best three are 7, 3 and 4, all sent on before.
    assertThat(sentOn)
        .containsExactly(
            List.of(),
            List.of(),
            List.of(1),
            List.of(3),
            List.of(),
            List.of(4),
            List.of(),
            List.of(7),
            List.of());
  }

  @Test
  void halvingWaitsForAllAndSendsOnTheBestThird() {
    Ladder ladder = new Ladder(rungs("halving", 3, 10, 30, 90), 9);
    double[] values = {5, 4, 6, 1, 2, 3, 9, 0, 7};
    for (int arm = 0; arm < 8; arm++) ladder.ended(new Climb(arm, 0), values[arm]);
    assertThat(taken(ladder)).isEmpty();
    ladder.ended(new Climb(8, 0), values[8]);
    assertThat(taken(ladder)).containsExactly(new Climb(7, 1), new Climb(3, 1), new Climb(4, 1));
    ladder.ended(new Climb(7, 1), 3);
    ladder.ended(new Climb(3, 1), 2);
    assertThat(taken(ladder)).isEmpty();
    ladder.ended(new Climb(4, 1), 4);
    assertThat(taken(ladder)).containsExactly(new Climb(3, 2));
  }

  @Test
  void medianSendsOnWhoIsNoWorseThanTheMedianOfThoseBefore() {
    Ladder ladder = new Ladder(rungs("median", 2, 10, 30), 6);
    double[] values = {5, 9, 6, 5.5, 1, 8};
    List<Integer> sentOn = new ArrayList<>();
    for (int arm = 0; arm < values.length; arm++) {
      ladder.ended(new Climb(arm, 0), values[arm]);
      taken(ladder).forEach(climb -> sentOn.add(climb.arm()));
    }
    // The first two go on unseen; 6 is the median of 5 6 9; 5.5 and 1 are below it; 8 is above.
    assertThat(sentOn).containsExactly(0, 1, 2, 3, 4);
  }

  @Test
  void anArmThatFailedGoesNoFurtherAndHoldsNobodyUp() {
    Ladder ladder = new Ladder(rungs("asha", 2, 10, 30), 4);
    ladder.ended(new Climb(0, 0), Double.NaN);
    ladder.ended(new Climb(1, 0), Double.POSITIVE_INFINITY);
    assertThat(taken(ladder)).isEmpty();
    ladder.ended(new Climb(2, 0), 7);
    ladder.ended(new Climb(3, 0), 8);
    assertThat(taken(ladder)).containsExactly(new Climb(2, 1), new Climb(3, 1));
  }

  @Test
  void theBestGoesToTheTopHoweverFewThereAre() {
    for (String rule : List.of("asha", "halving", "median")) {
      Set<Climb> climbed =
          race(rungs(rule, 4, 1, 2, 3), 2, climb -> 10 - climb.arm(), CounterRandom.at(1, "x", 0));
      assertThat(climbed).as(rule).contains(new Climb(1, 2));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"asha", "halving", "median"})
  void whoGoesOnDoesNotDependOnWhoIsFaster(String rule) {
    Rungs rungs = rungs(rule, 3, 10, 30, 90, 270);
    for (int trial = 0; trial < 50; trial++) {
      int race = trial;
      ToDoubleFunction<Climb> value =
          climb -> {
            SplittableRandom random =
                CounterRandom.at(race, "value", climb.arm() * 10L + climb.rung());
            return random.nextInt(10) == 0 ? Double.NaN : random.nextInt(40);
          };
      Set<Climb> first = race(rungs, 60, value, CounterRandom.at(race, "a", 0));
      Set<Climb> second = race(rungs, 60, value, CounterRandom.at(race, "b", 0));
      assertThat(second).isEqualTo(first);
    }
  }

  @Test
  void tenThousandArmsAreRankedInNoTime() {
    int arms = 10_000;
    int[] order = CounterRandom.permutation(arms, 1, "order", 0);
    Ladder ladder = new Ladder(rungs("asha", 3, 1, 2), arms);
    int sentOn = 0;
    for (int arm : order) {
      ladder.ended(new Climb(arm, 0), order[arm]);
      sentOn += taken(ladder).size();
    }
    // Those in the best third at the end, and those that were for a while: at most as many again.
    assertThat(sentOn).isBetween(arms / 3, 2 * arms / 3);
  }

  /** Lets a window of arms run, each time ending one of them by chance; every climb there was. */
  private static Set<Climb> race(
      Rungs rungs, int arms, ToDoubleFunction<Climb> value, SplittableRandom chance) {
    Ladder ladder = new Ladder(rungs, arms);
    List<Climb> atWork = new ArrayList<>();
    List<Climb> waiting = new ArrayList<>();
    for (int arm = 0; arm < arms; arm++) waiting.add(new Climb(arm, 0));
    Set<Climb> all = new HashSet<>();
    while (!waiting.isEmpty() || !atWork.isEmpty()) {
      while (!waiting.isEmpty() && atWork.size() < 5) atWork.add(waiting.remove(0));
      Climb ended = atWork.remove(chance.nextInt(atWork.size()));
      assertThat(all.add(ended)).as("%s runs once", ended).isTrue();
      ladder.ended(ended, value.applyAsDouble(ended));
      waiting.addAll(0, taken(ladder));
    }
    return all;
  }

  private static List<Climb> taken(Ladder ladder) {
    List<Climb> taken = new ArrayList<>();
    for (var next = ladder.next(); next.isPresent(); next = ladder.next()) taken.add(next.get());
    return taken;
  }

  @Test
  void refusesRungsThatDoNotGrow() {
    for (List<Integer> steps : Arrays.asList(List.of(10), List.of(10, 10), List.of(0, 5))) {
      assertThatThrownBy(() -> new Rungs("asha", steps, 3))
          .hasMessageStartingWith("rungs.steps is " + steps + "; legal are 2 to 10 numbers");
    }
  }
}

package dev.espalier.compression.prune;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.compression.network.Couple.Even;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GlobalRankingTest {
  private static final WidthLimits FREE = new WidthLimits(0, Map.of(), 1);
  private final PruningGroup plain = new PruningGroup("plain", 4, List.of(), List.of());
  private final PruningGroup even =
      new PruningGroup("even", 4, List.of(), List.of(new Even("norm", 2, false)));

  private Map<String, Integer> kept(
      double[] first, double[] second, boolean comparable, WidthLimits limits, int number) {
    return new GlobalRanking(List.of(plain, even), List.of(first, second), comparable, limits)
        .kept(number, Map.of("plain", 1, "even", 2));
  }

  @Test
  void theLowestScoresOfAllGroupsGoFirst() {
    // Relative to their means: plain 0.25 0.25 0.5 3, even (0.8+0.8)/2 and (1.2+1.2)/2.
    double[] first = {1, 1, 2, 12};
    double[] second = {8, 12, 8, 12};
    assertThat(kept(first, second, false, FREE, 1)).isEqualTo(Map.of("plain", 3, "even", 4));
    assertThat(kept(first, second, false, FREE, 3)).isEqualTo(Map.of("plain", 1, "even", 4));
    assertThat(kept(first, second, false, FREE, 5)).isEqualTo(Map.of("plain", 1, "even", 2));
  }

  @Test
  void comparableScoresAreTakenAsTheyAre() {
    double[] first = {10, 10, 20, 120};
    double[] second = {8, 12, 8, 12};
    assertThat(kept(first, second, true, FREE, 2)).isEqualTo(Map.of("plain", 4, "even", 2));
    assertThat(kept(first, second, false, FREE, 2)).isEqualTo(Map.of("plain", 2, "even", 4));
  }

  /** One channel is left over, and only the group without blocks can give it. */
  @Test
  void whatDoesNotFitIntoTheNumberStays() {
    double[] first = {5, 5, 5, 5};
    double[] second = {0, 1, 0, 1};
    assertThat(kept(first, second, true, FREE, 3)).isEqualTo(Map.of("plain", 3, "even", 2));
    assertThat(kept(first, second, true, FREE, 1)).isEqualTo(Map.of("plain", 3, "even", 4));
  }

  @Test
  void noGroupFallsBelowItsLeastWidth() {
    double[] low = {0, 0, 0, 0};
    double[] high = {9, 9, 9, 9};
    assertThat(kept(low, high, true, FREE, 8)).isEqualTo(Map.of("plain", 1, "even", 2));
  }

  @Test
  void widthsBecomeMultiples() {
    PruningGroup wide = new PruningGroup("wide", 10, List.of(), List.of());
    double[] scores = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
    GlobalRanking ranking =
        new GlobalRanking(List.of(wide), List.of(scores), true, new WidthLimits(0, Map.of(), 4));
    assertThat(ranking.kept(1, Map.of())).isEqualTo(Map.of("wide", 10));
    assertThat(ranking.kept(3, Map.of())).isEqualTo(Map.of("wide", 8));
    assertThat(ranking.kept(9, Map.of())).isEqualTo(Map.of("wide", 4));
  }
}

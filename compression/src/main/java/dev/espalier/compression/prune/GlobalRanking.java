package dev.espalier.compression.prune;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One ranking over the channels of all groups: how wide each group becomes when a number of
 * channels shall go in all. Scores are divided by the mean of their group, unless the criterion's
 * {@linkplain Importance#comparable compare as they are} (Torch-Pruning's {@code global_pruning}
 * with its normaliser "mean").
 *
 * <p>Channels of a group whose blocks must stay equal go in steps: the first step holds the lowest
 * channels of every block, and counts with their mean score. Steps are taken from the lowest score
 * up, of each group only in order, while they fit into the number and above the group's limits.
 */
final class GlobalRanking {
  /** {@code size} channels that go together, the lowest that are left of a group. */
  private record Step(int group, int order, int size, double score) {}

  private final List<PruningGroup> groups;
  private final List<Step> steps = new ArrayList<>();

  /**
   * @param groups as wide as they are now
   * @param scores of each group's channels
   */
  GlobalRanking(
      List<PruningGroup> groups, List<double[]> scores, boolean comparable, WidthLimits limits) {
    this.groups = groups;
    for (int g = 0; g < groups.size(); g++) {
      double[] compared = comparable ? scores.get(g) : ChannelSums.relativeToMean(scores.get(g));

      addSteps(g, compared.clone(), limits.unit(groups.get(g)));
    }
    steps.sort(
        Comparator.comparingDouble(Step::score)
            .thenComparingInt(Step::order)
            .thenComparingInt(Step::group));
  }

  /** The first step leaves a multiple of {@code unit}, each later one takes {@code unit}. */
  private void addSteps(int g, double[] scores, int unit) {
    int blocks = groups.get(g).blocks();
    int block = scores.length / blocks;
    for (int b = 0; b < blocks; b++) Arrays.sort(scores, b * block, (b + 1) * block);
    int first = scores.length % unit == 0 ? unit : scores.length % unit;
    int taken = 0;
    for (int size = first; blocks * taken + size <= scores.length; size = unit) {
      double sum = 0;
      for (int b = 0; b < blocks; b++) {
        for (int i = 0; i < size / blocks; i++) sum += scores[b * block + taken + i];
      }
      steps.add(new Step(g, taken, size, sum / size));
      taken += size / blocks;
    }
  }

  /**
   * Each group's new width.
   *
   * @param number channels that shall go in all
   * @param least the least width of each group, by root
   */
  Map<String, Integer> kept(int number, Map<String, Integer> least) {
    int[] width = groups.stream().mapToInt(PruningGroup::channels).toArray();
    boolean[] closed = new boolean[width.length];
    int left = number;
    for (Step step : steps) {
      int g = step.group();
      int narrowest = least.getOrDefault(groups.get(g).root(), 1);
      closed[g] |= step.size() > left || width[g] - step.size() < narrowest;
      if (closed[g]) continue;
      width[g] -= step.size();
      left -= step.size();
    }
    Map<String, Integer> kept = new HashMap<>();
    for (int g = 0; g < width.length; g++) kept.put(groups.get(g).root(), width[g]);
    return kept;
  }
}

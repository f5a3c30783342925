package dev.espalier.compression.prune;

import dev.espalier.compression.InvalidInput;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The cheapest set of layers whose removal frees enough parameters: minimise Σ value subject to Σ
 * weight ≥ target, each layer at most once. Under additivity of output losses this is LAPTOP-Diff's
 * layer selection (arXiv 2404.11098). Solved by dynamic programming over what is still to be
 * covered; of equally cheap sets the one with fewer layers wins, then the one with lower indices.
 */
public final class CoveringKnapsack {
  private final long[] weights;
  private final double[] values;

  /** [item][buckets still to cover]: the least value of items from this one on, and its count. */
  private final double[][] least;

  private final int[][] count;

  private CoveringKnapsack(long[] weights, double[] values, int buckets) {
    this.weights = weights;
    this.values = values;
    this.least = new double[weights.length + 1][buckets + 1];
    this.count = new int[weights.length + 1][buckets + 1];
  }

  /**
   * The chosen items, ascending.
   *
   * @param weights of the items, for instance parameters of each layer, none negative
   * @param values of the items, for instance output losses, finite and none negative
   * @param target that the chosen weights reach at least
   * @param bucket weights are counted in multiples of it, rounded down (the target up), so that the
   *     target is reached in any case; 1 is exact
   * @throws InvalidInput if all items together do not reach the target
   */
  public static List<Integer> solve(long[] weights, double[] values, long target, long bucket) {
    InvalidInput.require(
        weights.length == values.length && bucket >= 1 && target >= 0,
        "a knapsack needs one value for each weight, a bucket of 1 or more and a target of 0 or"
            + " more");
    InvalidInput.require(
        Arrays.stream(weights).allMatch(w -> w >= 0)
            && Arrays.stream(values).allMatch(v -> v >= 0 && Double.isFinite(v)),
        "a knapsack's weights and values are finite and not negative");
    long[] scaled = Arrays.stream(weights).map(w -> w / bucket).toArray();
    int buckets = Math.toIntExact((target + bucket - 1) / bucket);
    InvalidInput.require(
        Arrays.stream(scaled).sum() >= buckets,
        "all layers together weigh %d; they cannot reach %d",
        Arrays.stream(weights).sum(),
        target);
    CoveringKnapsack knapsack = new CoveringKnapsack(scaled, values, buckets);
    knapsack.fill();
    return knapsack.chosen(buckets);
  }

  private void fill() {
    Arrays.fill(least[weights.length], 1, least[weights.length].length, Double.POSITIVE_INFINITY);
    for (int item = weights.length - 1; item >= 0; item--) {
      for (int need = 0; need < least[item].length; need++) {
        boolean take = takes(item, need);
        int from = take ? rest(item, need) : need;
        least[item][need] = least[item + 1][from] + (take ? values[item] : 0);
        count[item][need] = count[item + 1][from] + (take ? 1 : 0);
      }
    }
  }

  private boolean takes(int item, int need) {
    double with = values[item] + least[item + 1][rest(item, need)];
    double without = least[item + 1][need];
    if (with != without) return with < without;
    return 1 + count[item + 1][rest(item, need)] <= count[item + 1][need];
  }

  private int rest(int item, int need) {
    return (int) Math.max(0, need - weights[item]);
  }

  private List<Integer> chosen(int buckets) {
    List<Integer> chosen = new ArrayList<>();
    int need = buckets;
    for (int item = 0; item < weights.length; item++) {
      if (!takes(item, need)) continue;
      chosen.add(item);
      need = rest(item, need);
    }
    return chosen;
  }
}

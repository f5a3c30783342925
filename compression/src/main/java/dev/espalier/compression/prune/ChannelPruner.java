package dev.espalier.compression.prune;

import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.network.Network;
import dev.espalier.compression.tensor.StateDict;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Structural pruning by group. The groups are taken in Torch-Pruning's visiting order; whether each
 * is scored on what the cuts before it have left, as in the code that made Diff-Pruning's tables,
 * or on the intact network is the {@linkplain Compat variant's} choice.
 */
public final class ChannelPruner {
  /**
   * What was cut from one group.
   *
   * @param root the group's name
   * @param before its channels before
   * @param kept the channels that stayed, ascending, counted as before the cut
   * @param scores the score of every channel when it was last ranked
   */
  public record Cut(String root, int before, List<Integer> kept, List<Double> scores) {
    public Cut {
      kept = List.copyOf(kept);
      scores = List.copyOf(scores);
    }

    /** Whether channels were removed. */
    boolean removes() {
      return kept.size() < before;
    }
  }

  /**
   * A pruned network.
   *
   * @param weights the weights that stayed, under their keys
   * @param cuts what happened to each group, in order
   */
  public record Pruned(StateDict weights, List<Cut> cuts) {
    public Pruned {
      cuts = List.copyOf(cuts);
    }
  }

  /** Measures what a criterion declares to need. */
  @FunctionalInterface
  public interface Measurement {
    /**
     * The statistics of the network with {@code weights}.
     *
     * @param round 1 before the first cut, counted up to {@link PruneConfig#cuts()}
     */
    Statistics of(int round, StateDict weights);
  }

  private final Network network;
  private final PruneConfig config;
  private final Importance importance;
  private final Map<String, PruningGroup> base;

  private ChannelPruner(Network network, Map<String, int[]> base, PruneConfig config) {
    this.network = network;
    this.config = config;
    this.importance = config.importance();
    this.base =
        DependencyGraph.of(network, base).groups().stream()
            .collect(Collectors.toMap(PruningGroup::root, g -> g));
    config.limits().requireKeys(base.keySet());
  }

  /**
   * Prunes {@code network} in one round by statistics that are there already.
   *
   * @param gradients accumulated signed gradients under the same keys, or empty if the criterion
   *     needs none
   * @throws InvalidInput if the weights are not this network's, or gradients are missing
   */
  public static Pruned prune(
      Network network, StateDict weights, StateDict gradients, PruneConfig config) {
    Statistics statistics = Statistics.ofGradients(gradients);
    return prune(network, weights, weights.shapes(), config, (round, now) -> statistics);
  }

  /**
   * Prunes {@code network} in {@link PruneConfig#cuts()} rounds; after round k of n the share
   * removed is ratio·k/n.
   *
   * @param base shapes of the network whose channels the ratio is a share of: {@code weights}' own,
   *     or wider ones if {@code weights} were pruned before
   * @param measurement asked once a round, before its cuts
   * @throws InvalidInput if the weights are not this network's, or statistics are missing or make
   *     scores that are not finite
   */
  public static Pruned prune(
      Network network,
      StateDict weights,
      Map<String, int[]> base,
      PruneConfig config,
      Measurement measurement) {
    ChannelPruner pruner = new ChannelPruner(network, base, config);
    Pruned pruned = new Pruned(weights, List.of());
    for (int round = 1; round <= config.cuts(); round++) {
      Statistics statistics = pruner.checked(measurement.of(round, pruned.weights()), pruned);
      double ratio =
          round == config.cuts() ? config.ratio() : config.ratio() * round / config.cuts();
      pruned = after(pruned, pruner.round(pruned.weights(), statistics, ratio));
    }
    return pruned;
  }

  private Statistics checked(Statistics measured, Pruned pruned) {
    for (Statistic kind : Importances.statistics(config.criterion())) {
      boolean whole =
          measured.sums().containsKey(kind)
              && (kind == Statistic.ACTIVATION
                  || measured.get(kind).keys().containsAll(pruned.weights().keys()));
      InvalidInput.require(
          whole, "criterion '%s' needs a %s for every weight", config.criterion(), words(kind));
    }
    return Importances.statistics(config.criterion()).isEmpty() ? Statistics.NONE : measured;
  }

  private static String words(Statistic kind) {
    return kind.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  private Pruned round(StateDict weights, Statistics statistics, double ratio) {
    List<PruningGroup> groups = DependencyGraph.of(network, weights.shapes()).groups();
    ChannelCutter cutter = new ChannelCutter(weights, statistics);
    Map<String, double[]> first = new HashMap<>();
    if (config.isGlobal() || config.compatibility().scoredFirst()) {
      for (PruningGroup group : groups) first.put(group.root(), scores(group, cutter));
    }
    Map<String, Integer> widths = config.isGlobal() ? ranked(groups, first, ratio) : Map.of();
    List<Cut> cuts = new ArrayList<>();
    for (PruningGroup group : groups) {
      double[] scores =
          first.containsKey(group.root()) ? first.get(group.root()) : scores(group, cutter);
      int kept =
          config.isGlobal()
              ? widths.get(group.root())
              : Math.min(group.channels(), config.widths().kept(base(group), ratio));
      Cut cut = new Cut(group.root(), group.channels(), select(group, scores, kept), list(scores));
      if (cut.removes()) cutter.cut(group, cut.kept());
      cuts.add(cut);
    }
    return new Pruned(cutter.weights(), cuts);
  }

  private PruningGroup base(PruningGroup group) {
    PruningGroup wide = base.get(group.root());
    if (wide == null || wide.channels() < group.channels()) {
      throw new InvalidInput(
          "group '" + group.root() + "' is not one of the network the ratio refers to");
    }
    return wide;
  }

  private double[] scores(PruningGroup group, ChannelCutter cutter) {
    double[] scores =
        importance.score(cutter.current(group), cutter.weights(), cutter.statistics());
    InvalidInput.require(
        Arrays.stream(scores).allMatch(Double::isFinite),
        "criterion '%s' gives group '%s' a score that is not finite; weights and statistics must"
            + " hold neither NaN nor infinity",
        config.criterion(),
        group.root());
    return scores;
  }

  /** Widths by one ranking over all groups. */
  private Map<String, Integer> ranked(
      List<PruningGroup> groups, Map<String, double[]> scores, double ratio) {
    Map<String, Integer> least = new HashMap<>();
    int all = 0;
    int now = 0;
    for (PruningGroup group : groups) {
      PruningGroup wide = base(group);
      least.put(group.root(), Math.max(group.blocks(), config.limits().least(wide)));
      all += wide.channels();
      now += group.channels();
    }
    List<double[]> inOrder = groups.stream().map(g -> scores.get(g.root())).toList();
    int number = now - (int) (all * (1 - ratio));
    return new GlobalRanking(groups, inOrder, importance.comparable(), config.limits())
        .kept(number, least);
  }

  /** The {@code kept} channels with the highest scores, equally many in each block, ascending. */
  private List<Integer> select(PruningGroup group, double[] scores, int kept) {
    int blocks = group.blocks();
    int block = scores.length / blocks;
    double[] compared = config.compatibility().choice().compared(scores, blocks);
    List<Integer> channels = new ArrayList<>();
    for (int b = 0; b < blocks; b++) {
      IntStream.range(b * block, (b + 1) * block)
          .boxed()
          .sorted(Comparator.<Integer>comparingDouble(c -> compared[c]))
          .skip((scores.length - kept) / blocks)
          .forEach(channels::add);
    }
    channels.sort(null);
    return channels;
  }

  private static List<Double> list(double[] scores) {
    return Arrays.stream(scores).boxed().toList();
  }

  /** {@code next}, done to what {@code before} left, in the numbering that {@code before} had. */
  private static Pruned after(Pruned before, Pruned next) {
    if (before.cuts().isEmpty()) return next;
    Map<String, Cut> second = next.cuts().stream().collect(Collectors.toMap(Cut::root, c -> c));
    List<Cut> cuts = new ArrayList<>();
    for (Cut cut : before.cuts()) {
      Cut then = second.get(cut.root());
      if (then == null) throw new IllegalStateException("group " + cut.root() + " is gone");
      List<Double> scores = new ArrayList<>(cut.scores());
      for (int i = 0; i < then.before(); i++) scores.set(cut.kept().get(i), then.scores().get(i));
      List<Integer> kept = then.kept().stream().map(cut.kept()::get).toList();
      cuts.add(new Cut(cut.root(), cut.before(), kept, scores));
    }
    return new Pruned(next.weights(), cuts);
  }
}

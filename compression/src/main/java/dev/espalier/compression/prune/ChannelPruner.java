package dev.espalier.compression.prune;

import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.network.Couple.Axis;
import dev.espalier.compression.network.Network;
import dev.espalier.compression.prune.PruningGroup.Slice;
import dev.espalier.compression.tensor.StateDict;
import dev.espalier.compression.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * Structural pruning by group. The groups are taken in Torch-Pruning's visiting order, and each is
 * scored on what the cuts before it have left, as the code that made Diff-Pruning's tables does.
 */
public final class ChannelPruner {
  /**
   * What was cut from one group.
   *
   * @param root the group's name
   * @param before its channels before
   * @param kept the channels that stayed, ascending, counted as before the cut
   * @param scores the score of every channel at the moment of the cut
   */
  public record Cut(String root, int before, List<Integer> kept, List<Double> scores) {
    public Cut {
      kept = List.copyOf(kept);
      scores = List.copyOf(scores);
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

  private final Map<String, Tensor> weights;
  private final Map<String, Tensor> gradients;
  private final Map<Axis, BitSet> removed = new HashMap<>();

  private ChannelPruner(StateDict weights, StateDict gradients) {
    this.weights = new LinkedHashMap<>(weights.tensors());
    this.gradients = new LinkedHashMap<>(gradients.tensors());
  }

  /**
   * Prunes {@code network}.
   *
   * @param gradients accumulated signed gradients under the same keys, or empty if the criterion
   *     needs none
   * @throws InvalidInput if the weights are not this network's, or gradients are missing
   */
  public static Pruned prune(
      Network network, StateDict weights, StateDict gradients, PruneConfig config) {
    boolean needed = Importances.gradients(config.criterion()) != Importances.Gradients.NONE;
    InvalidInput.require(
        !needed || gradients.keys().containsAll(weights.keys()),
        "criterion '%s' needs a gradient for every weight",
        config.criterion());
    DependencyGraph graph = DependencyGraph.of(network, weights.shapes());
    Importance importance = Importances.of(config.criterion(), config.seed());
    ChannelPruner pruner = new ChannelPruner(weights, needed ? gradients : new StateDict(Map.of()));
    List<Cut> cuts = new ArrayList<>();
    for (PruningGroup group : graph.groups()) {
      cuts.add(pruner.cut(group, importance, config.ratio()));
    }
    return new Pruned(new StateDict(pruner.weights), cuts);
  }

  private Cut cut(PruningGroup group, Importance importance, double ratio) {
    PruningGroup current = current(group);
    double[] scores = importance.score(current, new StateDict(weights), new StateDict(gradients));
    List<Integer> kept = select(scores, group.blocks(), WidthRule.DIFF_PRUNING.kept(group, ratio));
    if (kept.size() < group.channels()) {
      byAxis(current).forEach((axis, slices) -> remove(axis, slices, kept, group.channels()));
      for (Slice slice : group.slices()) markRemoved(slice, kept, group.channels());
    }
    return new Cut(group.root(), group.channels(), kept, Arrays.stream(scores).boxed().toList());
  }

  /** The same group where its channels lie now, after the cuts so far. */
  private PruningGroup current(PruningGroup group) {
    List<Slice> slices =
        group.slices().stream()
            .map(
                s ->
                    new Slice(
                        s.key(),
                        s.axis(),
                        s.offset() - removed(s).get(0, s.offset()).cardinality()))
            .toList();
    return new PruningGroup(group.root(), group.channels(), slices, group.constraints());
  }

  /** The channels of the original axis that are gone. */
  private BitSet removed(Slice slice) {
    return removed.computeIfAbsent(new Axis(slice.key(), slice.axis()), axis -> new BitSet());
  }

  private void markRemoved(Slice slice, List<Integer> kept, int channels) {
    BitSet gone = removed(slice);
    gone.set(slice.offset(), slice.offset() + channels);
    for (int channel : kept) gone.clear(slice.offset() + channel);
  }

  private static Map<Axis, List<Slice>> byAxis(PruningGroup group) {
    Map<Axis, List<Slice>> byAxis = new LinkedHashMap<>();
    for (Slice s : group.slices()) {
      byAxis.computeIfAbsent(new Axis(s.key(), s.axis()), axis -> new ArrayList<>()).add(s);
    }
    return byAxis;
  }

  private void remove(Axis axis, List<Slice> slices, List<Integer> kept, int channels) {
    UnaryOperator<Tensor> select =
        tensor -> {
          BitSet stays = new BitSet();
          stays.set(0, tensor.extent(axis.axis()));
          for (Slice slice : slices) {
            stays.clear(slice.offset(), slice.offset() + channels);
            for (int channel : kept) stays.set(slice.offset() + channel);
          }
          return tensor.select(axis.axis(), stays.stream().toArray());
        };
    weights.computeIfPresent(axis.key(), (key, tensor) -> select.apply(tensor));
    gradients.computeIfPresent(axis.key(), (key, tensor) -> select.apply(tensor));
  }

  /** The {@code kept} channels with the highest scores, equally many in each block, ascending. */
  private static List<Integer> select(double[] scores, int blocks, int kept) {
    int block = scores.length / blocks;
    List<Integer> channels = new ArrayList<>();
    for (int b = 0; b < blocks; b++) {
      IntStream.range(b * block, (b + 1) * block)
          .boxed()
          .sorted(Comparator.<Integer>comparingDouble(c -> scores[c]).thenComparing(c -> c))
          .skip((scores.length - kept) / blocks)
          .forEach(channels::add);
    }
    channels.sort(null);
    return channels;
  }
}

package dev.espalier.compression.prune;

import dev.espalier.compression.network.Couple.Axis;
import dev.espalier.compression.prune.PruningGroup.Slice;
import dev.espalier.compression.tensor.StateDict;
import dev.espalier.compression.tensor.Tensor;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Weights and their statistics while groups are cut from them, one after the other. */
final class ChannelCutter {
  private final Map<String, Tensor> weights;
  private final Map<Statistic, Map<String, Tensor>> statistics = new EnumMap<>(Statistic.class);
  private final Map<Axis, BitSet> removed = new HashMap<>();

  ChannelCutter(StateDict weights, Statistics measured) {
    this.weights = new LinkedHashMap<>(weights.tensors());
    measured
        .sums()
        .forEach((kind, sum) -> statistics.put(kind, new LinkedHashMap<>(sum.tensors())));
  }

  /** What is left of the weights. */
  StateDict weights() {
    return new StateDict(weights);
  }

  /** What is left of the statistics. */
  Statistics statistics() {
    Map<Statistic, StateDict> left = new EnumMap<>(Statistic.class);
    statistics.forEach((kind, sum) -> left.put(kind, new StateDict(sum)));
    return new Statistics(left);
  }

  /** {@code group} where its channels lie now, after the cuts so far. */
  PruningGroup current(PruningGroup group) {
    List<Slice> slices = group.slices().stream().map(this::current).toList();
    return new PruningGroup(group.root(), group.channels(), slices, group.constraints());
  }

  private Slice current(Slice s) {
    return new Slice(s.key(), s.axis(), s.offset() - removed(s).get(0, s.offset()).cardinality());
  }

  /** Removes all channels of {@code group} but {@code kept}. Every group is cut at most once. */
  void cut(PruningGroup group, List<Integer> kept) {
    int channels = group.channels();
    Map<Axis, List<Slice>> byAxis = new LinkedHashMap<>();
    for (Slice s : current(group).slices()) {
      byAxis.computeIfAbsent(new Axis(s.key(), s.axis()), axis -> new ArrayList<>()).add(s);
    }
    byAxis.forEach((axis, slices) -> remove(axis, slices, kept, channels));
    for (Slice s : group.slices()) {
      BitSet gone = removed(s);
      gone.set(s.offset(), s.offset() + channels);
      for (int channel : kept) gone.clear(s.offset() + channel);
    }
  }

  /** The channels of the original axis that are gone. */
  private BitSet removed(Slice slice) {
    return removed.computeIfAbsent(new Axis(slice.key(), slice.axis()), axis -> new BitSet());
  }

  private void remove(Axis axis, List<Slice> slices, List<Integer> kept, int channels) {
    weights.computeIfPresent(
        axis.key(), (key, tensor) -> select(tensor, axis, slices, kept, channels));
    for (Map<String, Tensor> sum : statistics.values()) {
      sum.computeIfPresent(
          axis.key(), (key, tensor) -> select(tensor, axis, slices, kept, channels));
    }
  }

  /** A statistic by output channel has no axis of inputs. */
  private static Tensor select(
      Tensor tensor, Axis axis, List<Slice> slices, List<Integer> kept, int channels) {
    if (axis.axis() >= tensor.rank()) return tensor;
    BitSet stays = new BitSet();
    stays.set(0, tensor.extent(axis.axis()));
    for (Slice slice : slices) {
      stays.clear(slice.offset(), slice.offset() + channels);
      for (int channel : kept) stays.set(slice.offset() + channel);
    }
    return tensor.select(axis.axis(), stays.stream().toArray());
  }
}

package dev.espalier.compression.prune;

import dev.espalier.compression.network.Couple;
import dev.espalier.compression.network.Couple.Axis;
import dev.espalier.compression.network.Couple.Even;
import dev.espalier.compression.network.Network;
import dev.espalier.compression.network.Order;
import dev.espalier.compression.prune.PruningGroup.Slice;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * All pruning groups of a network, in the order in which Torch-Pruning visits them. They follow
 * from the network's one {@code forward}: {@link Couple} says which channels are one, {@link Order}
 * who comes first.
 *
 * @param groups every channel that may be removed is in exactly one of them
 */
public record DependencyGraph(List<PruningGroup> groups) {
  private record Place(Axis axis, int position) {}

  public DependencyGraph {
    groups = List.copyOf(groups);
  }

  /** The groups of {@code network}, as wide as {@code shapes} say. */
  public static DependencyGraph of(Network network, Map<String, int[]> shapes) {
    return of(Couple.labels(network, shapes), Order.layers(network, shapes));
  }

  /** The groups found by a reading, in the order given by {@code layers}. */
  public static DependencyGraph of(Couple.Labels labels, List<String> layers) {
    Map<String, Integer> rank = new HashMap<>();
    for (String layer : layers) rank.put(layer, rank.size());
    Map<Integer, List<Place>> places = places(labels);
    List<PruningGroup> groups = new ArrayList<>();
    Set<Integer> done = new HashSet<>();
    for (int[] x : labels.axes().values()) {
      for (int p = 0; p < x.length; p++) {
        List<Place> first = places.get(x[p]);
        if (first == null || !done.add(x[p])) continue;
        int n = 1;
        while (p + n < x.length && adjacent(first, places.get(x[p + n]), n) && done.add(x[p + n])) {
          n++;
        }
        List<Even> constraints = labels.constraints().getOrDefault(x[p], List.of());
        groups.add(new PruningGroup(root(first, labels, rank), n, slices(first), constraints));
        p += n - 1;
      }
    }
    groups.sort(Comparator.comparingInt(g -> rank.getOrDefault(g.root(), Integer.MAX_VALUE)));
    return new DependencyGraph(groups);
  }

  /** What is left of {@code shapes} when every group is pruned by {@code ratio}, as the papers. */
  public Map<String, int[]> shapes(Map<String, int[]> shapes, double ratio) {
    return shapes(shapes, ratio, WidthRule.DIFF_PRUNING);
  }

  /** What is left of {@code shapes} when {@code rule} prunes every group by {@code ratio}. */
  public Map<String, int[]> shapes(Map<String, int[]> shapes, double ratio, WidthRule rule) {
    Map<String, int[]> pruned = new LinkedHashMap<>();
    shapes.forEach((key, shape) -> pruned.put(key, shape.clone()));
    for (PruningGroup group : groups) {
      int removed = group.channels() - rule.kept(group, ratio);
      for (Slice s : group.slices()) {
        pruned.computeIfPresent(
            s.key(),
            (key, shape) -> {
              shape[s.axis()] -= removed;
              return shape;
            });
      }
    }
    return pruned;
  }

  /** Where each channel that is not fixed occurs. */
  private static Map<Integer, List<Place>> places(Couple.Labels labels) {
    Map<Integer, List<Place>> places = new LinkedHashMap<>();
    labels
        .axes()
        .forEach(
            (axis, x) -> {
              for (int p = 0; p < x.length; p++) {
                places.computeIfAbsent(x[p], label -> new ArrayList<>()).add(new Place(axis, p));
              }
            });
    places.keySet().removeAll(labels.fixed());
    return places;
  }

  /** Whether {@code next} lies {@code distance} channels after {@code first} wherever it occurs. */
  private static boolean adjacent(List<Place> first, @Nullable List<Place> next, int distance) {
    if (next == null || first.size() != next.size()) return false;
    for (int i = 0; i < first.size(); i++) {
      Place expected = new Place(first.get(i).axis(), first.get(i).position() + distance);
      if (!expected.equals(next.get(i))) return false;
    }
    return true;
  }

  private static List<Slice> slices(List<Place> places) {
    return places.stream()
        .map(p -> new Slice(p.axis().key(), p.axis().axis(), p.position()))
        .toList();
  }

  /** The first convolution or linear layer visited that writes these channels. */
  private static String root(List<Place> places, Couple.Labels labels, Map<String, Integer> rank) {
    return places.stream()
        .map(Place::axis)
        .filter(a -> a.axis() == 0 && labels.axes().containsKey(new Axis(a.key(), 1)))
        .map(a -> a.key().replaceFirst("\\.weight$", ""))
        .min(Comparator.comparingInt(layer -> rank.getOrDefault(layer, Integer.MAX_VALUE)))
        .orElse(places.get(0).axis().key());
  }
}

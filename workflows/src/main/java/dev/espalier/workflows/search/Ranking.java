package dev.espalier.workflows.search;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Values as they come, smallest first, with a top of so many that grows. Each {@code arm} is told
 * of once, when it first gets into the top; of equal values the earlier is before the later.
 */
final class Ranking {
  private record Placed(double value, int place, int arm) implements Comparable<Placed> {
    @Override
    public int compareTo(Placed other) {
      int byValue = Double.compare(value, other.value);
      return byValue != 0 ? byValue : Integer.compare(place, other.place);
    }
  }

  private final TreeSet<Placed> top = new TreeSet<>();
  private final TreeSet<Placed> rest = new TreeSet<>();
  private final Set<Integer> told = new HashSet<>();

  int size() {
    return top.size() + rest.size();
  }

  /** Adds one; who gets into the top by it, if anybody. */
  List<Integer> add(int arm, double value) {
    Placed placed = new Placed(value, size(), arm);
    if (top.isEmpty() || placed.compareTo(top.last()) > 0) {
      rest.add(placed);
      return List.of();
    }
    rest.add(top.last());
    top.remove(top.last());
    top.add(placed);
    return tell(List.of(arm));
  }

  /** Makes the top {@code most} wide; who gets into it, best first. */
  List<Integer> widen(int most) {
    List<Integer> entered = new ArrayList<>();
    while (top.size() < most && !rest.isEmpty()) {
      Placed best = rest.first();
      rest.remove(best);
      top.add(best);
      entered.add(best.arm());
    }
    return tell(entered);
  }

  /** Whether {@code arm} is in the top. */
  boolean holds(int arm) {
    return top.stream().anyMatch(placed -> placed.arm() == arm);
  }

  private List<Integer> tell(List<Integer> arms) {
    return arms.stream().filter(told::add).toList();
  }
}

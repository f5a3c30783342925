package dev.espalier.workers.bench;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Where one round of a benchmark spends its time on either side: seconds by PyTorch operator,
 * without the operators it calls itself. What is no operator counts as {@code outside PyTorch}; a
 * profiled round is somewhat slower than others.
 */
public record Profile(String name, Map<String, Double> ours, Map<String, Double> python) {
  public Profile {
    ours = new TreeMap<>(ours);
    python = new TreeMap<>(python);
  }

  /** The operators that take at least {@code share} of a side's round, the longest first. */
  public List<String> largest(double share) {
    TreeSet<String> names = new TreeSet<>(ours.keySet());
    names.addAll(python.keySet());
    return names.stream()
        .filter(n -> of(ours, n) >= share * sum(ours) || of(python, n) >= share * sum(python))
        .sorted(
            Comparator.<String>comparingDouble(n -> Math.max(of(ours, n), of(python, n)))
                .reversed())
        .toList();
  }

  /** Seconds of an operator on one side. */
  public static double of(Map<String, Double> side, String operator) {
    return side.getOrDefault(operator, 0.0);
  }

  /** Seconds of the whole round. */
  public static double sum(Map<String, Double> side) {
    return side.values().stream().mapToDouble(Double::doubleValue).sum();
  }
}

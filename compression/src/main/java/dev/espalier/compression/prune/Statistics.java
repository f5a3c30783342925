package dev.espalier.compression.prune;

import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.tensor.StateDict;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/** Measured statistics by kind, each under the keys of the weights it belongs to. */
public record Statistics(Map<Statistic, StateDict> sums) {
  /** None, for criteria that look at weights alone. */
  public static final Statistics NONE = new Statistics(Map.of());

  public Statistics {
    Map<Statistic, StateDict> copy = new EnumMap<>(Statistic.class);
    copy.putAll(sums);
    sums = Collections.unmodifiableMap(copy);
  }

  /** Gradients alone; none if {@code gradients} is empty. */
  public static Statistics ofGradients(StateDict gradients) {
    return gradients.keys().isEmpty()
        ? NONE
        : new Statistics(Map.of(Statistic.GRADIENT, gradients));
  }

  /**
   * The statistic of one kind.
   *
   * @throws InvalidInput if it was not measured
   */
  public StateDict get(Statistic kind) {
    StateDict sum = sums.get(kind);
    if (sum == null) throw new InvalidInput("the statistic " + kind + " was not measured");
    return sum;
  }
}

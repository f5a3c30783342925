package dev.espalier.compression.evaluate;

import dev.espalier.compression.network.Count;
import dev.espalier.compression.network.Network;
import java.util.Map;

/**
 * What a network costs.
 *
 * @param parameters learnable scalars
 * @param macs multiply-accumulates of one forward pass on one sample, by a {@link CountingRule}
 */
public record Complexity(long parameters, long macs) {
  /** Counts {@code network}, as wide as {@code shapes} say, by {@link CountingRules#DEFAULT}. */
  public static Complexity of(Network network, Map<String, int[]> shapes) {
    return of(network, shapes, CountingRules.of(CountingRules.DEFAULT));
  }

  /** Counts {@code network}, as wide as {@code shapes} say, by {@code rule}. */
  public static Complexity of(Network network, Map<String, int[]> shapes, CountingRule rule) {
    Count count = Count.of(network, shapes);
    return new Complexity(count.parameters(), count.calls().stream().mapToLong(rule::macs).sum());
  }
}

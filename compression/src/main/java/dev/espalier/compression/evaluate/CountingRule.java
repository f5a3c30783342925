package dev.espalier.compression.evaluate;

import dev.espalier.compression.network.Count.Call;

/**
 * What one use of a layer costs, in multiply-accumulates for one sample. Papers and tools count
 * differently, so a number of MACs is only worth something beside its rule's name; {@link
 * CountingRules} holds the names.
 */
@FunctionalInterface
public interface CountingRule {
  /** Multiply-accumulates of {@code call}. */
  long macs(Call call);
}

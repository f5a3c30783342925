package dev.espalier.compression.prune;

import dev.espalier.compression.InvalidInput;
import java.util.Collection;
import java.util.Map;

/**
 * What a group's width may be, whatever the ratio.
 *
 * @param floor least share of any group's channels that stays
 * @param floors the same for the groups that have a member under a key prefix, such as {@code
 *     up_blocks.1} or {@code conv_in}
 * @param multiple what widths are multiples of, where a group is wide enough
 */
public record WidthLimits(double floor, Map<String, Double> floors, int multiple) {
  /** So much may a product like 0.3 · 10 exceed the whole number it stands for. */
  private static final double ROUNDING = 1e-9;

  public WidthLimits {
    floors = Map.copyOf(floors);
  }

  /**
   * The width next to {@code kept} and not below it that keeps all limits and equal blocks; the
   * whole group if there is none.
   */
  public int apply(PruningGroup group, int kept) {
    int unit = unit(group);
    int wanted = Math.max(kept, least(group));
    return Math.min(group.channels(), (wanted + unit - 1) / unit * unit);
  }

  /** Channels that stay at least; not yet a multiple of anything. */
  int least(PruningGroup group) {
    double share = floor;
    for (var entry : floors.entrySet()) {
      if (group.slices().stream().anyMatch(s -> lies(s.key(), entry.getKey()))) {
        share = Math.max(share, entry.getValue());
      }
    }
    return (int) Math.ceil(share * group.channels() - ROUNDING);
  }

  /** How many channels come or go at once. */
  int unit(PruningGroup group) {
    return PruningGroup.leastCommonMultiple(group.blocks(), multiple);
  }

  private static boolean lies(String key, String prefix) {
    return key.equals(prefix) || key.startsWith(prefix + ".");
  }

  /**
   * Refuses a prefix that no weight lies under.
   *
   * @throws InvalidInput naming it
   */
  public void requireKeys(Collection<String> keys) {
    for (String prefix : floors.keySet()) {
      InvalidInput.require(
          keys.stream().anyMatch(key -> lies(key, prefix)),
          "prune.floors: no layer of the network begins with '%s'; legal is the start of a weight's"
              + " key up to a dot, such as mid_block or up_blocks.0",
          prefix);
    }
  }
}

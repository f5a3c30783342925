package dev.espalier.compression.prune;

import dev.espalier.compression.network.Couple.Even;
import java.math.BigInteger;
import java.util.List;

/**
 * Channels of several layers that can only be removed together, as many in each.
 *
 * @param root the layer that names the group: the first one met in Torch-Pruning's visiting order
 *     whose output channels these are
 * @param channels how many channels
 * @param slices where they lie, in order of use
 * @param constraints what holds them to equal blocks
 */
public record PruningGroup(String root, int channels, List<Slice> slices, List<Even> constraints) {
  /**
   * The group's channels, in order, at {@code offset} along {@code axis} of the parameter {@code
   * key}.
   */
  public record Slice(String key, int axis, int offset) {}

  public PruningGroup {
    slices = List.copyOf(slices);
    constraints = List.copyOf(constraints);
  }

  /** The most groups of a GroupNorm these channels pass through, 1 if through none. */
  public int normGroups() {
    return constraints.stream().filter(e -> !e.heads()).mapToInt(Even::blocks).max().orElse(1);
  }

  /** The most attention heads these channels are split into, 1 if into none. */
  public int heads() {
    return constraints.stream().filter(Even::heads).mapToInt(Even::blocks).max().orElse(1);
  }

  /** The least number of equal blocks that suits every normalisation and every attention. */
  public int blocks() {
    return constraints.stream().mapToInt(Even::blocks).reduce(1, PruningGroup::leastCommonMultiple);
  }

  static int leastCommonMultiple(int a, int b) {
    return a / BigInteger.valueOf(a).gcd(BigInteger.valueOf(b)).intValue() * b;
  }

  /**
   * The slices a score is summed over: those of an axis the group occurs on once. An axis it occurs
   * on twice (both halves of a concatenation) has twice the group's channels, and the papers' code
   * leaves such a member out of the sum.
   */
  public List<Slice> scored() {
    return slices.stream()
        .filter(
            s ->
                slices.stream().filter(o -> o.key().equals(s.key()) && o.axis() == s.axis()).count()
                    == 1)
        .toList();
  }
}

package dev.espalier.compression.prune;

/** How many channels of a group stay at a given ratio. */
@FunctionalInterface
public interface WidthRule {
  /**
   * The papers' rule: {@code n = C − int(C·(1−r))} channels in double arithmetic, then {@code
   * ⌊n/blocks⌋} from each of the blocks that the group's normalisations (32 in DDPM) and attention
   * heads ask for. So a nominal 30 % removes 25 % of 256 normalised channels. At least one channel
   * a block stays. With one attention head this is Torch-Pruning up to 1.4.0 and the copy that made
   * Diff-Pruning's tables, which know nothing of heads.
   */
  WidthRule DIFF_PRUNING =
      (group, ratio) -> {
        int channels = group.channels();
        int removed = channels - (int) (channels * (1 - ratio));
        int blocks = group.blocks();
        return Math.max(blocks, channels - blocks * (removed / blocks));
      };

  /**
   * Torch-Pruning from 1.4.1 on: {@code int(g·(1−r))} of the g channels of each block stay. Where
   * that is none, the group is left whole.
   */
  WidthRule WITHIN_BLOCK =
      (group, ratio) -> {
        int blocks = group.blocks();
        int kept = (int) (group.channels() / blocks * (1 - ratio));
        return kept == 0 ? group.channels() : blocks * kept;
      };

  /** Channels of {@code group} that stay when {@code ratio} of them should go. */
  int kept(PruningGroup group, double ratio);
}

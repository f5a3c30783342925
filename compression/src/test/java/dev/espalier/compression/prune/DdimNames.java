package dev.espalier.compression.prune;

import java.util.Map;

/** Layer names of the DDIM code base, which Diff-Pruning prunes, in the words of diffusers. */
final class DdimNames {
  private static final Map<String, String> WHOLE =
      Map.of(
          "temb.dense.0", "time_embedding.linear_1",
          "temb.dense.1", "time_embedding.linear_2",
          "norm_out", "conv_norm_out");

  private DdimNames() {}

  /** The same layer's name in diffusers, for the four levels of the CIFAR-10 network. */
  static String toDiffusers(String name) {
    return toDiffusers(name, 4);
  }

  /** The same layer's name in diffusers, in a network of {@code levels} extents. */
  static String toDiffusers(String name, int levels) {
    if (WHOLE.containsKey(name)) return WHOLE.get(name);
    String s =
        name.replace("nin_shortcut", "conv_shortcut")
            .replace("temb_proj", "time_emb_proj")
            .replace("mid.block_1", "mid_block.resnets.0")
            .replace("mid.block_2", "mid_block.resnets.1")
            .replace("mid.attn_1", "mid_block.attentions.0");
    if (s.startsWith("down.")) s = "down_blocks." + s.substring(5);
    if (s.startsWith("up.")) s = "up_blocks." + (levels - 1 - (s.charAt(3) - '0')) + s.substring(4);
    s =
        s.replace(".block.", ".resnets.")
            .replace(".downsample.", ".downsamplers.0.")
            .replace(".upsample.", ".upsamplers.0.")
            .replace(".attn.", ".attentions.");
    if (!s.contains(".attentions.")) return s;
    return s.replaceFirst("\\.(q|k|v)$", ".to_$1")
        .replace("proj_out", "to_out.0")
        .replaceFirst("\\.norm$", ".group_norm");
  }
}

package dev.espalier.compression.checkpoint;

import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.tensor.StateDict;
import dev.espalier.compression.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The names that the DDIM code base (Song et al. 2021; pesser's and Diff-Pruning's too) gives the
 * parameters of its {@code Model}, and diffusers' names for the same. It counts the levels of the
 * upward path from the finest, diffusers from the coarsest; its attention projects with 1×1
 * convolutions, diffusers with linear layers.
 */
final class DdimKeys {
  private static final Map<String, String> REWRITES = new LinkedHashMap<>();

  static {
    REWRITES.put("^time_embedding\\.linear_1\\.", "temb.dense.0.");
    REWRITES.put("^time_embedding\\.linear_2\\.", "temb.dense.1.");
    REWRITES.put("^conv_norm_out\\.", "norm_out.");
    REWRITES.put("^mid_block\\.resnets\\.0\\.", "mid.block_1.");
    REWRITES.put("^mid_block\\.resnets\\.1\\.", "mid.block_2.");
    REWRITES.put("^mid_block\\.attentions\\.0\\.", "mid.attn_1.");
    REWRITES.put("^down_blocks\\.", "down.");
    REWRITES.put("\\.resnets\\.", ".block.");
    REWRITES.put("\\.attentions\\.", ".attn.");
    REWRITES.put("\\.downsamplers\\.0\\.", ".downsample.");
    REWRITES.put("\\.upsamplers\\.0\\.", ".upsample.");
    REWRITES.put("\\.time_emb_proj\\.", ".temb_proj.");
    REWRITES.put("\\.conv_shortcut\\.", ".nin_shortcut.");
    REWRITES.put("\\.group_norm\\.", ".norm.");
    REWRITES.put("\\.to_([qkv])\\.", ".$1.");
    REWRITES.put("\\.to_out\\.0\\.", ".proj_out.");
  }

  private DdimKeys() {}

  /** The DDIM code base's name for diffusers' {@code key} in a network of so many levels. */
  static String toDdim(String key, int levels) {
    String name = key;
    if (name.startsWith("up_blocks.")) {
      int dot = name.indexOf('.', 10);
      name = "up." + (levels - 1 - Integer.parseInt(name.substring(10, dot))) + name.substring(dot);
    }
    for (Map.Entry<String, String> rewrite : REWRITES.entrySet()) {
      name = name.replaceFirst(rewrite.getKey(), rewrite.getValue());
    }
    return name;
  }

  /** Weights under diffusers' names, as the DDIM code base has them. */
  static StateDict toDdim(StateDict weights, int levels) {
    Map<String, Tensor> renamed = new LinkedHashMap<>();
    weights
        .tensors()
        .forEach(
            (key, tensor) -> {
              String name = toDdim(key, levels);
              boolean point = isPoint(name) && tensor.rank() == 2;
              renamed.put(
                  name, point ? tensor.reshape(tensor.extent(0), tensor.extent(1), 1, 1) : tensor);
            });
    return new StateDict(renamed);
  }

  /**
   * Weights of the DDIM code base under diffusers' names.
   *
   * @param keys diffusers' names of all parameters of the network
   * @throws InvalidInput naming a parameter that the network does not have
   */
  static StateDict toDiffusers(StateDict weights, Set<String> keys, int levels, String file) {
    Map<String, String> names = new LinkedHashMap<>();
    for (String key : keys) names.put(toDdim(key, levels), key);
    for (String name : weights.keys()) {
      InvalidInput.require(
          names.containsKey(name),
          "%s: tensor '%s' is not part of a network of the DDIM code base",
          file,
          PickleInput.printable(name));
    }
    Map<String, Tensor> renamed = new LinkedHashMap<>();
    names.forEach(
        (name, key) -> {
          InvalidInput.require(weights.has(name), "%s: tensor '%s' is missing", file, name);
          Tensor tensor = weights.get(name);
          boolean point = isPoint(name) && tensor.rank() == 4 && isFlat(tensor);
          renamed.put(key, point ? tensor.reshape(tensor.extent(0), tensor.extent(1)) : tensor);
        });
    return new StateDict(renamed);
  }

  private static boolean isFlat(Tensor tensor) {
    return tensor.extent(2) == 1 && tensor.extent(3) == 1;
  }

  /** Whether a layer of that name is a 1×1 convolution there and linear in diffusers. */
  private static boolean isPoint(String name) {
    return name.matches(".*\\.attn(_1)?\\.(\\d+\\.)?(q|k|v|proj_out)\\.weight");
  }
}

package dev.espalier.compression.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
import dev.espalier.compression.network.Networks;
import dev.espalier.compression.tensor.StateDict;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The configuration of a network of the DDIM code base, told from its weights. The width of the
 * timestep's sinusoid, which is never pruned, is the unit; levels, blocks and attention are told
 * from the names. The widths of the levels are those of the weights, if the whole network has the
 * shapes they imply; a pruned one has not, and is then taken for the published design that has its
 * levels and attention: CIFAR-10, CelebA 64 or LSUN 256 (Ho et al. 2020; Song et al. 2021).
 *
 * <p>That program pads one column and row before it halves an image (diffusers' {@code
 * downsample_padding} 0), puts sines before cosines, has one attention head, 32 groups, and 1e-6 in
 * its normalisations.
 */
final class DdimDesign {
  /** The resolution at which every published design has its attention. */
  private static final int ATTENTION_AT = 16;

  private static final int CHANNELS = 128;

  private record Published(List<Integer> mult, int attention, int resolution, double dropout) {}

  private static final List<Published> DESIGNS =
      List.of(
          new Published(List.of(1, 2, 2, 2), 1, 32, 0.1),
          new Published(List.of(1, 2, 2, 2, 4), 2, 64, 0.1),
          new Published(List.of(1, 1, 2, 2, 4, 4), 4, 256, 0));

  private final StateDict weights;
  private final String name;
  private final int ch;
  private final int levels;
  private final int blocks;
  private final Set<Integer> attention = new TreeSet<>();

  private DdimDesign(StateDict weights, String name) {
    this.weights = weights;
    this.name = name;
    ch = extent("temb.dense.0.weight", 1);
    levels = count("down.%d.block.0.conv1.weight");
    blocks = count("down.0.block.%d.conv1.weight");
    InvalidInput.require(levels > 0, "%s: tensor 'down.0.block.0.conv1.weight' is missing", name);
    for (int level = 0; level < levels; level++) {
      if (weights.has("down." + level + ".attn.0.q.weight")) attention.add(level);
    }
  }

  /** Whether these are weights of that program. */
  static boolean fits(StateDict weights) {
    return weights.has("temb.dense.0.weight") && weights.has("down.0.block.0.conv1.weight");
  }

  /**
   * @param mult the designed width of each level in units of the finest; null if it is to be told
   * @param resolution in pixels; null if it is to be told from where the attention is
   * @throws InvalidInput if it cannot be told
   */
  static JsonNode of(
      StateDict weights, @Nullable List<Integer> mult, @Nullable Integer resolution, String name) {
    DdimDesign design = new DdimDesign(weights, name);
    int pixels = resolution == null ? design.resolution() : resolution;
    return design.config(mult == null ? design.mult(pixels) : design.checked(mult), pixels);
  }

  private int resolution() {
    InvalidInput.require(
        attention.size() == 1,
        "%s: has attention in %d levels, so that its resolution cannot be told; give it with"
            + " --resolution",
        name,
        attention.size());
    return ATTENTION_AT << attention.iterator().next();
  }

  private List<Integer> checked(List<Integer> mult) {
    InvalidInput.require(
        mult.size() == levels && mult.stream().allMatch(m -> m > 0),
        "%s: --ch-mult is %s; legal here: %d whole numbers from 1, one per level",
        name,
        mult,
        levels);
    return mult;
  }

  private List<Integer> mult(int resolution) {
    List<Integer> found = new ArrayList<>();
    for (int level = 0; level < levels; level++) {
      int width = extent("down." + level + ".block.0.conv2.weight", 0);
      if (width % ch == 0) found.add(width / ch);
    }
    if (found.size() == levels && isWhole(found, resolution)) return found;
    return published()
        .map(Published::mult)
        .orElseThrow(
            () ->
                new InvalidInput(
                    name
                        + ": is pruned, so that its design cannot be told from its widths; give it"
                        + " with --ch-mult (such as 1,2,2,2) or --config CONFIG.json"));
  }

  private java.util.Optional<Published> published() {
    return DESIGNS.stream()
        .filter(d -> d.mult().size() == levels && attention.equals(Set.of(d.attention())))
        .filter(d -> ch == CHANNELS && blocks == 2)
        .findFirst();
  }

  /** Whether every weight has the shape that a network of these levels has before pruning. */
  private boolean isWhole(List<Integer> mult, int resolution) {
    Map<String, int[]> declared = Networks.of(config(mult, resolution)).declaredShapes();
    return declared.entrySet().stream()
        .allMatch(
            entry -> {
              String key = DdimKeys.toDdim(entry.getKey(), levels);
              if (!weights.has(key)) return false;
              int[] shape = weights.get(key).shape();
              return Arrays.equals(Arrays.copyOf(shape, entry.getValue().length), entry.getValue());
            });
  }

  private JsonNode config(List<Integer> mult, int resolution) {
    ObjectNode config = Json.MAPPER.createObjectNode().put("_class_name", "UNet2DModel");
    config.put("sample_size", resolution);
    config.put("in_channels", extent("conv_in.weight", 1));
    config.put("out_channels", extent("conv_out.weight", 0));
    for (int level = 0; level < levels; level++) {
      boolean down = attention.contains(level);
      int coarsest = levels - 1 - level;
      boolean up = weights.has("up." + coarsest + ".attn.0.q.weight");
      config.withArray("down_block_types").add(down ? "AttnDownBlock2D" : "DownBlock2D");
      config.withArray("up_block_types").add(up ? "AttnUpBlock2D" : "UpBlock2D");
      config.withArray("block_out_channels").add(ch * mult.get(level));
    }
    config.put("layers_per_block", blocks);
    config.put("add_attention", weights.has("mid.attn_1.q.weight"));
    config.put("downsample_padding", 0);
    config.put("flip_sin_to_cos", false);
    config.put("freq_shift", 1);
    config.put("norm_num_groups", 32);
    config.put("norm_eps", 1e-6);
    config.putNull("attention_head_dim");
    config.put(
        "dropout",
        published().filter(d -> d.mult().equals(mult)).map(Published::dropout).orElse(0.0));
    return Networks.of(config).config();
  }

  private int extent(String key, int axis) {
    InvalidInput.require(weights.has(key), "%s: tensor '%s' is missing", name, key);
    int[] shape = weights.get(key).shape();
    InvalidInput.require(
        axis < shape.length, "%s: tensor '%s' has shape %s", name, key, Arrays.toString(shape));
    return shape[axis];
  }

  private int count(String pattern) {
    int count = 0;
    while (weights.has(String.format(pattern, count))) count++;
    return count;
  }
}

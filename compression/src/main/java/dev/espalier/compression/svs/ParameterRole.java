package dev.espalier.compression.svs;

import dev.espalier.compression.InvalidInput;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a parameter does in its layer, told from its key's last word and the shapes of its layer,
 * never from the layer's name: a {@code weight} of rank 2 or more is a linear map (convolution,
 * linear layer, embedding table), one of rank 1 beside a {@code bias} of the same length
 * normalises. StyleGAN2's learned constant and noise strengths are known by their last word.
 */
public enum ParameterRole {
  /** Linear map; its first axis counts output channels. */
  WEIGHT,
  /** Offset added to the outputs of a {@link #WEIGHT}. */
  BIAS,
  /** Factor per channel of a normalisation. */
  NORM_WEIGHT,
  /** Offset per channel of a normalisation. */
  NORM_BIAS,
  /** Neither: {@code const} and {@code noise_strength} of StyleGAN2, which nobody scales. */
  OTHER;

  /** Whether it belongs to a normalisation. */
  boolean normalises() {
    return this == NORM_WEIGHT || this == NORM_BIAS;
  }

  /**
   * The role of every parameter, in the order of {@code shapes}.
   *
   * @throws InvalidInput naming the first parameter that has none of these roles
   */
  public static Map<String, ParameterRole> of(Map<String, int[]> shapes) {
    Map<String, ParameterRole> roles = new LinkedHashMap<>();
    shapes.forEach((key, shape) -> roles.put(key, of(key, shape, shapes)));
    return roles;
  }

  /** Whether the parameter is a linear map, told without its layer's other parameters. */
  static boolean isWeight(String key, int[] shape) {
    return shape.length >= 2 && (key.equals("weight") || key.endsWith(".weight"));
  }

  private static ParameterRole of(String key, int[] shape, Map<String, int[]> shapes) {
    String layer = key.substring(0, key.lastIndexOf('.') + 1);
    int[] weight = shapes.getOrDefault(layer + "weight", new int[0]);
    int[] bias = shapes.getOrDefault(layer + "bias", new int[0]);
    boolean normalises = weight.length == 1 && Arrays.equals(weight, bias);
    if (isWeight(key, shape)) return WEIGHT;
    if (key.equals(layer + "weight") && normalises) return NORM_WEIGHT;
    if (key.equals(layer + "bias")) {
      if (normalises) return NORM_BIAS;
      if (shape.length == 1 && weight.length >= 2) return BIAS;
    }
    String word = key.substring(layer.length());
    if (word.equals("const") && shape.length == 3) return OTHER;
    if (word.equals("noise_strength") && shape.length == 0) return OTHER;
    throw new InvalidInput(
        String.format(
            "singular value scaling: tensor '%s' %s is neither weight, bias nor norm of a layer;"
                + " networks with such parameters are not supported",
            key, Arrays.toString(shape)));
  }
}

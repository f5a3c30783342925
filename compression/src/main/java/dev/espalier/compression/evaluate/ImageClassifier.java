package dev.espalier.compression.evaluate;

import ai.djl.ndarray.NDArray;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
import dev.espalier.compression.network.Ops.Conv;
import dev.espalier.compression.network.Ops.Norm;
import dev.espalier.compression.network.Ops.Pointwise;
import dev.espalier.compression.network.Run;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A small convolutional classifier whose penultimate features serve the Fréchet distance on images
 * that Inception was not made for. One 3×3 convolution, group norm and SiLU per level, 2×2 means
 * between levels, the mean over positions, one linear layer. It is only ever run, so it stands
 * outside {@link dev.espalier.compression.network.Network}.
 *
 * @param widths channels of each level; the last is the width of the features
 */
public record ImageClassifier(int inChannels, List<Integer> widths, int normGroups, int classes) {
  /** The {@code _class_name} of its {@code config.json}. */
  public static final String CLASS_NAME = "ImageClassifier";

  public ImageClassifier {
    widths = List.copyOf(widths);
  }

  private record Config(
      @JsonProperty("in_channels") Integer inChannels,
      @JsonProperty("block_out_channels") List<Integer> widths,
      @JsonProperty("norm_num_groups") Integer normGroups,
      @JsonProperty("num_classes") Integer classes) {}

  /**
   * Reads a {@code config.json}.
   *
   * @throws InvalidInput naming the field that is missing, unknown or out of range
   */
  public static ImageClassifier of(JsonNode json) {
    ObjectNode fields = json.deepCopy();
    fields.remove("_class_name");
    Config c = Json.bind(fields, Config.class, "classifier config");
    for (String field :
        List.of("in_channels", "block_out_channels", "norm_num_groups", "num_classes")) {
      InvalidInput.require(
          fields.hasNonNull(field), "classifier config: field '%s' is missing", field);
    }
    requirePositive("in_channels", c.inChannels());
    requirePositive("num_classes", c.classes());
    InvalidInput.require(
        !c.widths().isEmpty(), "classifier config: field 'block_out_channels' is empty");
    for (int width : c.widths()) {
      InvalidInput.require(
          width > 0 && c.normGroups() > 0 && width % c.normGroups() == 0,
          "classifier config: block_out_channels has %d; legal are multiples of norm_num_groups, %d",
          width,
          c.normGroups());
    }
    return new ImageClassifier(c.inChannels(), c.widths(), c.normGroups(), c.classes());
  }

  private static void requirePositive(String field, int value) {
    InvalidInput.require(
        value > 0, "classifier config: field '%s' is %d; legal: 1 or more", field, value);
  }

  /** Shapes of all weights by key. */
  public Map<String, int[]> declaredShapes() {
    Map<String, int[]> shapes = new LinkedHashMap<>();
    int in = inChannels;
    for (int i = 0; i < widths.size(); i++) {
      int out = widths.get(i);
      shapes.put("blocks." + i + ".conv.weight", new int[] {out, in, 3, 3});
      shapes.put("blocks." + i + ".conv.bias", new int[] {out});
      shapes.put("blocks." + i + ".norm.weight", new int[] {out});
      shapes.put("blocks." + i + ".norm.bias", new int[] {out});
      in = out;
    }
    shapes.put("classifier.weight", new int[] {classes, in});
    shapes.put("classifier.bias", new int[] {classes});
    return shapes;
  }

  /**
   * The features before the last layer, [N, widths.last].
   *
   * @param images [N, C, H, W] in [-1, 1]
   */
  public NDArray features(Run ops, NDArray images) {
    NDArray x = images;
    for (int i = 0; i < widths.size(); i++) {
      if (i > 0) x = ops.averagePool(x);
      x = ops.conv2d("blocks." + i + ".conv", x, Conv.same(widths.get(i)));
      x = ops.groupNorm("blocks." + i + ".norm", x, new Norm(normGroups, 1e-5));
      x = ops.pointwise(Pointwise.SILU, x);
    }
    return ops.globalAverage(x);
  }

  /** Unnormalised log probabilities, [N, classes]. */
  public NDArray logits(Run ops, NDArray images) {
    return ops.linear("classifier", features(ops, images), classes, true);
  }
}

package dev.espalier.compression.evaluate;

import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.tensor.StateDict;
import dev.espalier.compression.tensor.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The weights of {@link Inception} under the keys of torchvision's {@code inception_v3} without its
 * auxiliary head, as {@code pt_inception-2015-12-05-6726825d.pth} has them: {@code <layer>.conv.
 * weight}, {@code <layer>.bn.{weight, bias, running_mean, running_var}} and {@code fc.weight}.
 */
final class InceptionWeights {
  private static final double EPSILON = 1e-3;
  private static final int CLASSES = 1008;

  private InceptionWeights() {}

  /** Layer by layer: out, in, kernel height, kernel width. */
  static Map<String, int[]> layers() {
    Map<String, int[]> layers = new LinkedHashMap<>();
    conv(layers, "Conv2d_1a_3x3", 32, 3, 3, 3);
    conv(layers, "Conv2d_2a_3x3", 32, 32, 3, 3);
    conv(layers, "Conv2d_2b_3x3", 64, 32, 3, 3);
    conv(layers, "Conv2d_3b_1x1", 80, 64, 1, 1);
    conv(layers, "Conv2d_4a_3x3", 192, 80, 3, 3);
    blockA(layers, "Mixed_5b", 192, 32);
    blockA(layers, "Mixed_5c", 256, 64);
    blockA(layers, "Mixed_5d", 288, 64);
    conv(layers, "Mixed_6a.branch3x3", 384, 288, 3, 3);
    conv(layers, "Mixed_6a.branch3x3dbl_1", 64, 288, 1, 1);
    conv(layers, "Mixed_6a.branch3x3dbl_2", 96, 64, 3, 3);
    conv(layers, "Mixed_6a.branch3x3dbl_3", 96, 96, 3, 3);
    blockC(layers, "Mixed_6b", 128);
    blockC(layers, "Mixed_6c", 160);
    blockC(layers, "Mixed_6d", 160);
    blockC(layers, "Mixed_6e", 192);
    conv(layers, "Mixed_7a.branch3x3_1", 192, 768, 1, 1);
    conv(layers, "Mixed_7a.branch3x3_2", 320, 192, 3, 3);
    conv(layers, "Mixed_7a.branch7x7x3_1", 192, 768, 1, 1);
    conv(layers, "Mixed_7a.branch7x7x3_2", 192, 192, 1, 7);
    conv(layers, "Mixed_7a.branch7x7x3_3", 192, 192, 7, 1);
    conv(layers, "Mixed_7a.branch7x7x3_4", 192, 192, 3, 3);
    blockE(layers, "Mixed_7b", 1280);
    blockE(layers, "Mixed_7c", 2048);
    return layers;
  }

  private static void blockA(Map<String, int[]> layers, String key, int in, int pooled) {
    conv(layers, key + ".branch1x1", 64, in, 1, 1);
    conv(layers, key + ".branch5x5_1", 48, in, 1, 1);
    conv(layers, key + ".branch5x5_2", 64, 48, 5, 5);
    conv(layers, key + ".branch3x3dbl_1", 64, in, 1, 1);
    conv(layers, key + ".branch3x3dbl_2", 96, 64, 3, 3);
    conv(layers, key + ".branch3x3dbl_3", 96, 96, 3, 3);
    conv(layers, key + ".branch_pool", pooled, in, 1, 1);
  }

  private static void blockC(Map<String, int[]> layers, String key, int inner) {
    conv(layers, key + ".branch1x1", 192, 768, 1, 1);
    conv(layers, key + ".branch7x7_1", inner, 768, 1, 1);
    conv(layers, key + ".branch7x7_2", inner, inner, 1, 7);
    conv(layers, key + ".branch7x7_3", 192, inner, 7, 1);
    conv(layers, key + ".branch7x7dbl_1", inner, 768, 1, 1);
    conv(layers, key + ".branch7x7dbl_2", inner, inner, 7, 1);
    conv(layers, key + ".branch7x7dbl_3", inner, inner, 1, 7);
    conv(layers, key + ".branch7x7dbl_4", inner, inner, 7, 1);
    conv(layers, key + ".branch7x7dbl_5", 192, inner, 1, 7);
    conv(layers, key + ".branch_pool", 192, 768, 1, 1);
  }

  private static void blockE(Map<String, int[]> layers, String key, int in) {
    conv(layers, key + ".branch1x1", 320, in, 1, 1);
    conv(layers, key + ".branch3x3_1", 384, in, 1, 1);
    conv(layers, key + ".branch3x3_2a", 384, 384, 1, 3);
    conv(layers, key + ".branch3x3_2b", 384, 384, 3, 1);
    conv(layers, key + ".branch3x3dbl_1", 448, in, 1, 1);
    conv(layers, key + ".branch3x3dbl_2", 384, 448, 3, 3);
    conv(layers, key + ".branch3x3dbl_3a", 384, 384, 1, 3);
    conv(layers, key + ".branch3x3dbl_3b", 384, 384, 3, 1);
    conv(layers, key + ".branch_pool", 192, in, 1, 1);
  }

  private static void conv(
      Map<String, int[]> layers, String key, int out, int in, int height, int width) {
    layers.put(key, new int[] {out, in, height, width});
  }

  /**
   * Checks a file's weights and folds every batch norm into its convolution, in double.
   *
   * @param name of the file, for messages
   * @return {@code <layer>.weight} and {@code .bias} of every layer, and {@code fc.weight}
   * @throws InvalidInput naming the first tensor that is missing or of another shape
   */
  static StateDict folded(StateDict weights, String name) {
    Map<String, Tensor> folded = new LinkedHashMap<>();
    layers()
        .forEach(
            (layer, shape) -> {
              Tensor weight = get(weights, layer + ".conv.weight", name, shape);
              double[] gain = bn(weights, layer, "weight", name, shape[0]);
              double[] bias = bn(weights, layer, "bias", name, shape[0]);
              double[] mean = bn(weights, layer, "running_mean", name, shape[0]);
              double[] variance = bn(weights, layer, "running_var", name, shape[0]);
              float[] values = weight.floats();
              float[] shift = new float[shape[0]];
              int fan = values.length / shape[0];
              for (int out = 0; out < shape[0]; out++) {
                double scale = gain[out] / Math.sqrt(variance[out] + EPSILON);
                shift[out] = (float) (bias[out] - mean[out] * scale);
                for (int i = out * fan; i < (out + 1) * fan; i++) {
                  values[i] = (float) (values[i] * scale);
                }
              }
              folded.put(layer + ".weight", Tensor.of(values, shape));
              folded.put(layer + ".bias", Tensor.of(shift, shape[0]));
            });
    int[] last = {CLASSES, Inception.WIDTH};
    folded.put("fc.weight", get(weights, "fc.weight", name, last).toFloat32());
    return new StateDict(folded);
  }

  private static double[] bn(
      StateDict weights, String layer, String part, String name, int channels) {
    return get(weights, layer + ".bn." + part, name, channels).doubles();
  }

  private static Tensor get(StateDict weights, String key, String name, int... shape) {
    InvalidInput.require(
        weights.has(key), "%s is not pytorch-fid's Inception: it has no tensor '%s'", name, key);
    Tensor tensor = weights.get(key);
    InvalidInput.require(
        Arrays.equals(tensor.shape(), shape),
        "%s is not pytorch-fid's Inception: '%s' has shape %s, not %s",
        name,
        key,
        Arrays.toString(tensor.shape()),
        Arrays.toString(shape));
    return tensor;
  }
}

package dev.espalier.compression.evaluate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import dev.espalier.compression.tensor.Script;
import java.util.List;
import java.util.Map;

/**
 * Inception-v3 (Szegedy et al. 2016) as {@code pytorch-fid} has it: TensorFlow's network of
 * 2015-12-05, whose 3×3 means leave the padding out of their divisor, and whose last block takes
 * 3×3 maxima instead of means. It is only ever run, so it stands outside {@link
 * dev.espalier.compression.network.Network}.
 *
 * @param script with the operations
 * @param weights per layer {@code <layer>.weight} and {@code .bias}, batch norms folded in: see
 *     {@link InceptionWeights}
 * @param scope owner of all results
 */
record Inception(Script script, Map<String, NDArray> weights, NDManager scope) {
  /** Length of a feature vector. */
  static final int WIDTH = 2048;

  /** Side of the images it is made for. */
  static final int SIZE = 299;

  private interface Block {
    NDArray apply(Inception inner, NDArray x);
  }

  /**
   * Features after the last pooling, [N, 2048].
   *
   * @param images [N, 3, 299, 299] in [-1, 1]; freed on the way, as all that lies between is
   */
  NDArray features(NDArray images) {
    NDArray x = next(images, (inner, y) -> inner.conv("Conv2d_1a_3x3", y, 2, 0, 0));
    x = next(x, (inner, y) -> inner.conv("Conv2d_2a_3x3", y, 1, 0, 0));
    x = next(x, (inner, y) -> inner.conv("Conv2d_2b_3x3", y, 1, 1, 1));
    x = next(x, (inner, y) -> inner.maxPool(y, 2, 0));
    x = next(x, (inner, y) -> inner.conv("Conv2d_3b_1x1", y, 1, 0, 0));
    x = next(x, (inner, y) -> inner.conv("Conv2d_4a_3x3", y, 1, 0, 0));
    x = next(x, (inner, y) -> inner.maxPool(y, 2, 0));
    x = next(x, (inner, y) -> inner.blockA("Mixed_5b", y));
    x = next(x, (inner, y) -> inner.blockA("Mixed_5c", y));
    x = next(x, (inner, y) -> inner.blockA("Mixed_5d", y));
    x = next(x, (inner, y) -> inner.blockB("Mixed_6a", y));
    x = next(x, (inner, y) -> inner.blockC("Mixed_6b", y));
    x = next(x, (inner, y) -> inner.blockC("Mixed_6c", y));
    x = next(x, (inner, y) -> inner.blockC("Mixed_6d", y));
    x = next(x, (inner, y) -> inner.blockC("Mixed_6e", y));
    x = next(x, (inner, y) -> inner.blockD("Mixed_7a", y));
    x = next(x, (inner, y) -> inner.blockE("Mixed_7b", y, inner.averagePool(y)));
    x = next(x, (inner, y) -> inner.blockE("Mixed_7c", y, inner.maxPool(y, 1, 1)));
    return script.compute(scope, "positions_mean", x);
  }

  /** Applies a block, of which nothing stays but its result. */
  private NDArray next(NDArray x, Block block) {
    try (NDManager within = scope.newSubManager()) {
      NDArray y = block.apply(new Inception(script, weights, within), x);
      y.attach(scope);
      x.close();
      return y;
    }
  }

  /** Class probabilities [N, 1008] of features, the bias left out as in Salimans et al. 2016. */
  NDArray probabilities(NDArray features) {
    return script.compute(scope, "linear_softmax", features, weight("fc.weight"));
  }

  private NDArray blockA(String key, NDArray x) {
    NDArray five = conv(key + ".branch5x5_1", x, 1, 0, 0);
    NDArray triple = conv(key + ".branch3x3dbl_1", x, 1, 0, 0);
    triple = conv(key + ".branch3x3dbl_2", triple, 1, 1, 1);
    return concat(
        conv(key + ".branch1x1", x, 1, 0, 0),
        conv(key + ".branch5x5_2", five, 1, 2, 2),
        conv(key + ".branch3x3dbl_3", triple, 1, 1, 1),
        conv(key + ".branch_pool", averagePool(x), 1, 0, 0));
  }

  private NDArray blockB(String key, NDArray x) {
    NDArray triple = conv(key + ".branch3x3dbl_1", x, 1, 0, 0);
    triple = conv(key + ".branch3x3dbl_2", triple, 1, 1, 1);
    return concat(
        conv(key + ".branch3x3", x, 2, 0, 0),
        conv(key + ".branch3x3dbl_3", triple, 2, 0, 0),
        maxPool(x, 2, 0));
  }

  private NDArray blockC(String key, NDArray x) {
    NDArray seven = conv(key + ".branch7x7_1", x, 1, 0, 0);
    seven = conv(key + ".branch7x7_2", seven, 1, 0, 3);
    NDArray twice = conv(key + ".branch7x7dbl_1", x, 1, 0, 0);
    twice = conv(key + ".branch7x7dbl_2", twice, 1, 3, 0);
    twice = conv(key + ".branch7x7dbl_3", twice, 1, 0, 3);
    twice = conv(key + ".branch7x7dbl_4", twice, 1, 3, 0);
    return concat(
        conv(key + ".branch1x1", x, 1, 0, 0),
        conv(key + ".branch7x7_3", seven, 1, 3, 0),
        conv(key + ".branch7x7dbl_5", twice, 1, 0, 3),
        conv(key + ".branch_pool", averagePool(x), 1, 0, 0));
  }

  private NDArray blockD(String key, NDArray x) {
    NDArray three = conv(key + ".branch3x3_1", x, 1, 0, 0);
    NDArray seven = conv(key + ".branch7x7x3_1", x, 1, 0, 0);
    seven = conv(key + ".branch7x7x3_2", seven, 1, 0, 3);
    seven = conv(key + ".branch7x7x3_3", seven, 1, 3, 0);
    return concat(
        conv(key + ".branch3x3_2", three, 2, 0, 0),
        conv(key + ".branch7x7x3_4", seven, 2, 0, 0),
        maxPool(x, 2, 0));
  }

  private NDArray blockE(String key, NDArray x, NDArray pooled) {
    NDArray three = conv(key + ".branch3x3_1", x, 1, 0, 0);
    NDArray triple = conv(key + ".branch3x3dbl_1", x, 1, 0, 0);
    triple = conv(key + ".branch3x3dbl_2", triple, 1, 1, 1);
    return concat(
        conv(key + ".branch1x1", x, 1, 0, 0),
        conv(key + ".branch3x3_2a", three, 1, 0, 1),
        conv(key + ".branch3x3_2b", three, 1, 1, 0),
        conv(key + ".branch3x3dbl_3a", triple, 1, 0, 1),
        conv(key + ".branch3x3dbl_3b", triple, 1, 1, 0),
        conv(key + ".branch_pool", pooled, 1, 0, 0));
  }

  /** Convolution, batch norm and ReLU; {@code down} and {@code across} pad rows and columns. */
  private NDArray conv(String key, NDArray x, int stride, long down, long across) {
    return script.compute(
        scope,
        "conv_relu",
        x,
        weight(key + ".weight"),
        weight(key + ".bias"),
        stride,
        new long[] {down, across});
  }

  private NDArray weight(String key) {
    NDArray weight = weights.get(key);
    if (weight == null) throw new IllegalStateException("no weight " + key);
    return weight;
  }

  private NDArray maxPool(NDArray x, int stride, int padding) {
    return script.compute(scope, "max_pool", x, stride, padding);
  }

  private NDArray averagePool(NDArray x) {
    return script.compute(scope, "average_pool", x);
  }

  private NDArray concat(NDArray... branches) {
    return script.compute(scope, "concat", new NDList(List.of(branches)));
  }
}

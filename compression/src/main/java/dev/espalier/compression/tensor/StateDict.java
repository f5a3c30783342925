package dev.espalier.compression.tensor;

import dev.espalier.compression.InvalidInput;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * A network's weights by their dotted reference key, in a fixed order. Widths live here: the shape
 * of a weight says how wide its layer is, for a dense and for a pruned network alike.
 */
public record StateDict(Map<String, Tensor> tensors) {
  public StateDict {
    tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
  }

  /**
   * The tensor under {@code key}.
   *
   * @throws InvalidInput if there is none
   */
  public Tensor get(String key) {
    Tensor tensor = tensors.get(key);
    if (tensor == null) throw new InvalidInput("the weights have no tensor named '" + key + "'");
    return tensor;
  }

  public boolean has(String key) {
    return tensors.containsKey(key);
  }

  public Set<String> keys() {
    return tensors.keySet();
  }

  /** Shapes by key, in this dictionary's order. */
  public Map<String, int[]> shapes() {
    Map<String, int[]> shapes = new LinkedHashMap<>();
    tensors.forEach((key, tensor) -> shapes.put(key, tensor.shape()));
    return shapes;
  }

  /** All learnable scalars. */
  public long parameters() {
    return tensors.values().stream().mapToLong(Tensor::size).sum();
  }

  /** The same weights as float32, the type all arithmetic is done in. */
  public StateDict toFloat32() {
    Map<String, Tensor> floats = new LinkedHashMap<>();
    tensors.forEach((key, tensor) -> floats.put(key, tensor.toFloat32()));
    return new StateDict(floats);
  }

  /** Float32 zeros in the same shapes. */
  public StateDict zeros() {
    Map<String, Tensor> zeros = new LinkedHashMap<>();
    tensors.forEach((k, t) -> zeros.put(k, Tensor.of(new float[t.size()], t.shape())));
    return new StateDict(zeros);
  }

  /** The tensors whose key starts with {@code prefix}, the prefix taken off. */
  public StateDict under(String prefix) {
    Map<String, Tensor> part = new LinkedHashMap<>();
    tensors.forEach(
        (key, tensor) -> {
          if (key.startsWith(prefix)) part.put(key.substring(prefix.length()), tensor);
        });
    return new StateDict(part);
  }

  /** These weights without {@code key}, whether it is there or not. */
  public StateDict without(String key) {
    Map<String, Tensor> others = new LinkedHashMap<>(tensors);
    others.remove(key);
    return new StateDict(others);
  }

  /**
   * Holds that these are weights: floating-point tensors of finite numbers.
   *
   * @throws InvalidInput naming the first tensor that is not
   */
  public void requireFloats(String name) {
    tensors.forEach(
        (key, tensor) -> {
          InvalidInput.require(
              tensor.dtype().isFloat(),
              "%s: tensor '%s' holds %s; weights are F64, F32, F16 or BF16",
              name,
              key,
              tensor.dtype());
          InvalidInput.require(
              tensor.isFinite(), "%s: tensor '%s' holds NaN or infinite numbers", name, key);
        });
  }

  /**
   * Holds these weights against the shapes a configuration declares.
   *
   * @throws InvalidInput naming the first key that is missing, unexpected or of another shape
   */
  public void requireShapes(Map<String, int[]> declared, String name) {
    declared.forEach(
        (key, shape) -> {
          InvalidInput.require(has(key), "%s: tensor '%s' is missing", name, key);
          InvalidInput.require(
              Arrays.equals(get(key).shape(), shape),
              "%s: tensor '%s' has shape %s, the configuration asks for %s",
              name,
              key,
              Arrays.toString(get(key).shape()),
              Arrays.toString(shape));
        });
    for (String key : keys()) {
      InvalidInput.require(
          declared.containsKey(key), "%s: tensor '%s' is not part of the network", name, key);
    }
  }
}

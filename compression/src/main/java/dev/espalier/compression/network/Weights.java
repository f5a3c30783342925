package dev.espalier.compression.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.IValue;
import dev.espalier.compression.tensor.Script;
import dev.espalier.compression.tensor.StateDict;
import dev.espalier.compression.tensor.Tensor;
import dev.espalier.compression.tensor.Torch;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A network's weights on the device, by reference key. Updates in place (an optimizer's) are seen
 * by every later reading. The tensors live as long as the manager they were made in.
 */
public final class Weights implements AutoCloseable {
  private final Map<String, NDArray> arrays;
  private final Map<String, IValue> blocks = new HashMap<>();

  private Weights(Map<String, NDArray> arrays) {
    this.arrays = arrays;
  }

  /**
   * Copies {@code weights} to the device as float32; with {@code trainable}, gradients flow to
   * them.
   */
  public static Weights of(
      Torch.Session session, NDManager owner, StateDict weights, boolean trainable) {
    Map<String, NDArray> arrays = new LinkedHashMap<>();
    weights
        .tensors()
        .forEach(
            (key, tensor) -> {
              NDArray array = session.toDevice(owner, tensor.toFloat32());
              array.setRequiresGradient(trainable);
              arrays.put(key, array);
            });
    return new Weights(arrays);
  }

  /**
   * These weights rounded to bfloat16, with gradients flowing back to them; owned by {@code scope}.
   */
  public Weights toBfloat16(Script script, NDManager scope) {
    NDList rounded = script.run(scope, "to_bfloat16", true, new NDList(all()));
    Map<String, NDArray> byKey = new LinkedHashMap<>();
    int i = 0;
    for (String key : arrays.keySet()) byKey.put(key, rounded.get(i++));
    return new Weights(byKey);
  }

  public NDArray get(String key) {
    NDArray array = arrays.get(key);
    if (array == null) throw new IllegalArgumentException("no weight named " + key);
    return array;
  }

  public boolean has(String key) {
    return arrays.containsKey(key);
  }

  /** All tensors, in the state dict's order. */
  public List<NDArray> all() {
    return new ArrayList<>(arrays.values());
  }

  public Map<String, NDArray> byKey() {
    return Collections.unmodifiableMap(arrays);
  }

  /**
   * Weight and bias of the layers {@code key + suffix}, in order, those that do not exist left out;
   * made once, since building a list costs as much as a small layer.
   */
  IValue block(String key, String... suffixes) {
    return blocks.computeIfAbsent(
        key,
        k -> {
          List<NDArray> list = new ArrayList<>();
          for (String suffix : suffixes) {
            if (has(key + suffix + ".weight")) {
              list.add(get(key + suffix + ".weight"));
              list.add(get(key + suffix + ".bias"));
            }
          }
          return Script.list(list);
        });
  }

  /** A copy on the host. */
  public StateDict toHost() {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    arrays.forEach((key, array) -> tensors.put(key, Torch.toHost(array)));
    return new StateDict(tensors);
  }

  @Override
  public void close() {
    blocks.values().forEach(IValue::close);
    blocks.clear();
    arrays.values().forEach(NDArray::close);
  }
}

package dev.espalier.compression.network;

import dev.espalier.compression.CounterRandom;
import dev.espalier.compression.tensor.StateDict;
import dev.espalier.compression.tensor.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;

/** Random weights for a network that starts from nothing. */
public final class Initialisation {
  private Initialisation() {}

  /**
   * PyTorch's defaults: weights and biases of convolutions and linear layers uniform in ±1/√fan_in,
   * normalisations 1 and 0. Every tensor's draws are a function of (seed, key).
   *
   * @param shapes declared shapes by key
   */
  public static StateDict pytorch(Map<String, int[]> shapes, long seed) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    shapes.forEach(
        (key, shape) -> {
          float[] values = new float[Arrays.stream(shape).reduce(1, Math::multiplyExact)];
          int[] weight = shapes.getOrDefault(key.replaceFirst("\\.bias$", ".weight"), shape);
          if (weight.length < 2) {
            Arrays.fill(values, key.endsWith(".weight") ? 1 : 0);
          } else {
            double fanIn = Arrays.stream(weight).skip(1).reduce(1, Math::multiplyExact);
            double bound = 1 / Math.sqrt(fanIn);
            SplittableRandom random = CounterRandom.at(seed, "initialise " + key, 0);
            for (int i = 0; i < values.length; i++) {
              values[i] = (float) (bound * (2 * random.nextDouble() - 1));
            }
          }
          tensors.put(key, Tensor.of(values, shape));
        });
    return new StateDict(tensors);
  }
}

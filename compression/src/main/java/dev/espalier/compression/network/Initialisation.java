package dev.espalier.compression.network;

import dev.espalier.compression.CounterRandom;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.tensor.StateDict;
import dev.espalier.compression.tensor.Tensor;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.DoubleSupplier;

/**
 * Random weights for a network that starts from nothing. Every tensor's draws are a function of
 * (seed, key); normalisations are 1 and 0. A weight [out, in, kh, kw] or [out, in] has fan_in = in
 * · kh · kw and fan_out = out · kh · kw, as in torch.nn.init.
 */
public final class Initialisation {
  /** The rules by name, in the order they are shown. */
  private static final Map<String, Rule> TABLE = new LinkedHashMap<>();

  static {
    TABLE.put("random", new Uniform(true, (in, out) -> 1 / Math.sqrt(in)));
    TABLE.put("xavier", new Uniform(false, (in, out) -> Math.sqrt(6 / (in + out))));
    TABLE.put("kaiming", new Normal((in, out) -> Math.sqrt(2 / in)));
  }

  private Initialisation() {}

  /** How the weights and biases of convolutions and linear layers are drawn. */
  private interface Rule {
    DoubleSupplier weight(double fanIn, double fanOut, SplittableRandom random);

    /** Biases that are not drawn are zero. */
    default boolean drawsBias() {
      return false;
    }
  }

  private interface Scale {
    double of(double fanIn, double fanOut);
  }

  /** Uniform in ±bound. */
  private record Uniform(boolean drawsBias, Scale bound) implements Rule {
    @Override
    public DoubleSupplier weight(double fanIn, double fanOut, SplittableRandom random) {
      double b = bound.of(fanIn, fanOut);
      return () -> b * (2 * random.nextDouble() - 1);
    }
  }

  /** Normal with mean 0, by the method of Box and Muller. */
  private record Normal(Scale deviation) implements Rule {
    @Override
    public DoubleSupplier weight(double fanIn, double fanOut, SplittableRandom random) {
      double s = deviation.of(fanIn, fanOut);
      return () -> {
        double radius = Math.sqrt(-2 * StrictMath.log(1 - random.nextDouble()));
        return s * radius * StrictMath.cos(2 * Math.PI * random.nextDouble());
      };
    }
  }

  /** The names {@link #of} knows. */
  public static Set<String> names() {
    return Collections.unmodifiableSet(TABLE.keySet());
  }

  /**
   * Weights by a rule's name:
   *
   * <ul>
   *   <li>{@code random}: PyTorch's default, see {@link #pytorch};
   *   <li>{@code xavier}: torch.nn.init.xavier_uniform_, weights uniform in ±√(6/(fan_in +
   *       fan_out)) (Glorot and Bengio 2010), biases 0;
   *   <li>{@code kaiming}: torch.nn.init.kaiming_normal_, weights normal with deviation √(2/fan_in)
   *       (He et al. 2015), biases 0.
   * </ul>
   *
   * @param shapes of the parameters, by key
   * @throws InvalidInput naming the rules there are
   */
  public static StateDict of(String name, Map<String, int[]> shapes, long seed) {
    Rule rule = TABLE.get(name);
    if (rule == null) {
      throw new InvalidInput(
          "initialisation '" + name + "' does not exist; legal: " + String.join(", ", names()));
    }
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    shapes.forEach((key, shape) -> tensors.put(key, tensor(rule, key, shape, shapes, seed)));
    return new StateDict(tensors);
  }

  /**
   * PyTorch's defaults: weights and biases of convolutions and linear layers uniform in ±1/√fan_in.
   *
   * @param shapes declared shapes by key
   */
  public static StateDict pytorch(Map<String, int[]> shapes, long seed) {
    return of("random", shapes, seed);
  }

  private static Tensor tensor(
      Rule rule, String key, int[] shape, Map<String, int[]> shapes, long seed) {
    float[] values = new float[size(shape, 0)];
    int[] weight = shapes.getOrDefault(key.replaceFirst("\\.bias$", ".weight"), shape);
    if (weight.length < 2) {
      Arrays.fill(values, key.endsWith(".weight") ? 1 : 0);
    } else if (shape.length >= 2 || rule.drawsBias()) {
      double taps = size(weight, 2);
      SplittableRandom random = CounterRandom.at(seed, "initialise " + key, 0);
      DoubleSupplier draw = rule.weight(weight[1] * taps, weight[0] * taps, random);
      for (int i = 0; i < values.length; i++) values[i] = (float) draw.getAsDouble();
    }
    return Tensor.of(values, shape);
  }

  private static int size(int[] shape, int from) {
    return Arrays.stream(shape).skip(from).reduce(1, Math::multiplyExact);
  }
}

package dev.espalier.compression.svs;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
import dev.espalier.compression.tensor.Safetensors;
import dev.espalier.compression.tensor.StateDict;
import dev.espalier.compression.tensor.Tensor;
import dev.espalier.compression.tensor.Torch;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Singular Value Scaling (SVS, AAAI 2025, arXiv 2412.17387): between pruning and finetuning every
 * linear map U·diag(σ)·Vᵀ becomes U·diag(√σ)·Vᵀ. Both singular bases stay, the condition number κ
 * becomes √κ, and no direction dominates the first steps of finetuning any more. The published code
 * also brings every bias b to norm √‖b‖ and resets normalisation layers.
 *
 * <p>All arithmetic is double; results are float32. Scaling twice would give the fourth root, so
 * the result carries a {@link #MARKER} and is refused a second time.
 */
public final class SingularValueScaling {
  /** Metadata entry of scaled weights; its text is the {@link SvsConfig} as JSON. */
  public static final String MARKER = "espalier.scaled";

  /** In the keys of StyleGAN2's projections to colours, which have a switch of their own. */
  private static final String TO_RGB = ".torgb.";

  private SingularValueScaling() {}

  /**
   * Scaled weights, and the spectra before and after, which the scaling knows anyway.
   *
   * @param network the weights, marked
   */
  public record Scaled(Safetensors.Content network, SpectrumReport before, SpectrumReport after) {}

  /** One weight, scaled, and its spectra. */
  record ScaledWeight(Tensor weight, Spectrum before, Spectrum after) {}

  /**
   * Scales the weights of a network once. With {@code enabled} off they come back as they are,
   * unmarked.
   *
   * @throws InvalidInput if the weights were scaled before, are not finite, or hold a parameter
   *     whose role is unknown (see {@link ParameterRole})
   */
  public static Safetensors.Content scale(Safetensors.Content network, SvsConfig config) {
    return config.enabled() ? withSpectra(network, config).network() : network;
  }

  /**
   * As {@link #scale}, with what the spectra were and have become: one decomposition per weight
   * serves all three.
   */
  public static Scaled withSpectra(Safetensors.Content network, SvsConfig config) {
    InvalidInput.require(
        !network.metadata().containsKey(MARKER),
        "these weights have been scaled already (%s); a second pass would give another method",
        network.metadata().getOrDefault(MARKER, ""));
    Map<String, ParameterRole> roles = ParameterRole.of(network.tensors().shapes());
    Map<String, ScaledWeight> weights = weights(network.tensors(), roles, config);
    Map<String, Tensor> scaled = new LinkedHashMap<>();
    roles.forEach(
        (key, role) -> {
          ScaledWeight weight = weights.get(key);
          scaled.put(
              key,
              weight == null
                  ? besideWeights(key, network.tensors().get(key), role, config)
                  : weight.weight());
        });
    Map<String, String> metadata = new TreeMap<>(network.metadata());
    metadata.put(MARKER, Json.write(config));
    return new Scaled(
        new Safetensors.Content(new StateDict(scaled), metadata),
        SpectrumReport.ofTensors(weights.values().stream().map(ScaledWeight::before).toList()),
        SpectrumReport.ofTensors(weights.values().stream().map(ScaledWeight::after).toList()));
  }

  private static boolean isLeft(String key, SvsConfig config) {
    return key.contains(TO_RGB) && !config.toRgb();
  }

  /** The weights, in the order of the network. */
  private static Map<String, ScaledWeight> weights(
      StateDict network, Map<String, ParameterRole> roles, SvsConfig config) {
    List<String> keys =
        roles.keySet().stream()
            .filter(key -> roles.get(key) == ParameterRole.WEIGHT && !isLeft(key, config))
            .toList();
    List<ScaledWeight> scaled =
        Torch.each(keys, key -> weight(key, network.get(key), config.power()));
    Map<String, ScaledWeight> weights = new LinkedHashMap<>();
    for (int i = 0; i < keys.size(); i++) weights.put(keys.get(i), scaled.get(i));
    return weights;
  }

  /** Everything but the weights that are scaled. */
  private static Tensor besideWeights(
      String key, Tensor tensor, ParameterRole role, SvsConfig config) {
    Finite.require(key, tensor);
    if (isLeft(key, config)) return tensor.toFloat32();
    return switch (role) {
      case WEIGHT -> throw new IllegalArgumentException("a weight is scaled by its spectrum");
      case OTHER -> tensor.toFloat32();
      case BIAS -> config.scaleBias() ? bias(tensor, config.power()) : tensor.toFloat32();
      case NORM_WEIGHT -> config.resetNorm() ? constant(tensor, 1) : tensor.toFloat32();
      case NORM_BIAS -> config.resetNorm() ? constant(tensor, 0) : tensor.toFloat32();
    };
  }

  /**
   * U·diag(σ^p)·Vᵀ of the matrix whose rows are {@code weight}'s output channels, as float32 of the
   * same shape. Singular values that are zero to double precision stay zero for every p: the rank
   * is kept.
   */
  static ScaledWeight weight(String key, Tensor weight, double power) {
    Finite.require(key, weight);
    Tensor matrix = matrix(weight);
    try (Torch.Session torch = Torch.open()) {
      NDManager scope = torch.manager();
      NDList scaled =
          torch.script().call(scope, "spectral_power", torch.toDevice(scope, matrix), power);
      double[] sigma = Torch.toHost(scaled.get(1)).doubles();
      return new ScaledWeight(
          Torch.toHost(scaled.get(0)).reshape(weight.shape()),
          Spectrum.of(key, matrix.extent(0), matrix.extent(1), sigma),
          Spectrum.of(key, matrix.extent(0), matrix.extent(1), power(sigma, matrix, power)));
    }
  }

  private static double[] power(double[] sigma, Tensor matrix, double power) {
    double largest = sigma.length == 0 ? 0 : sigma[0];
    double zero = largest * Math.max(matrix.extent(0), matrix.extent(1)) * 0x1p-52;
    return Arrays.stream(sigma).map(s -> s > zero ? Math.pow(s, power) : 0).toArray();
  }

  /** The matrix [output channels, everything else] of a weight of rank 2 or more. */
  static Tensor matrix(Tensor weight) {
    int rows = weight.extent(0);
    return weight.reshape(rows, weight.size() / Math.max(rows, 1));
  }

  /** b·(‖b‖ + 1e-8)^(p−1), which has the norm ‖b‖^p; a zero bias stays exactly zero. */
  static Tensor bias(Tensor bias, double power) {
    double[] b = bias.doubles();
    double norm = Math.sqrt(Arrays.stream(b).map(x -> x * x).sum());
    double factor = Math.pow(norm + 1e-8, power - 1);
    return Tensor.of(Arrays.stream(b).map(x -> x * factor).toArray(), bias.shape()).toFloat32();
  }

  private static Tensor constant(Tensor like, float value) {
    float[] values = new float[like.size()];
    Arrays.fill(values, value);
    return Tensor.of(values, like.shape());
  }
}

package dev.espalier.compression.svs;

import dev.espalier.compression.Json;
import dev.espalier.compression.network.Initialisation;
import dev.espalier.compression.tensor.Safetensors;
import dev.espalier.compression.tensor.StateDict;
import dev.espalier.compression.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * The alternative to {@link SingularValueScaling}: a pruned network's widths, but weights drawn
 * anew. {@code random} is the baseline "scratch" of Diff-Pruning (arXiv 2305.10924), {@code xavier}
 * and {@code kaiming} are the switches of the SVS code (arXiv 2412.17387).
 */
public final class Redrawing {
  /** Metadata entry of redrawn weights; its text is the {@link SvsConfig} as JSON. */
  public static final String MARKER = "espalier.redrawn";

  private Redrawing() {}

  /**
   * Weights of the same shapes by {@link SvsConfig#initialisation}. With {@code resetNorm} off,
   * normalisation layers stay as they are.
   *
   * @throws dev.espalier.compression.InvalidInput if a parameter's role is unknown (see {@link
   *     ParameterRole})
   */
  public static Safetensors.Content draw(Safetensors.Content network, SvsConfig config) {
    Map<String, int[]> shapes = network.tensors().shapes();
    StateDict drawn = Initialisation.of(config.initialisation(), shapes, config.seed());
    Map<String, Tensor> weights = new LinkedHashMap<>();
    ParameterRole.of(shapes)
        .forEach(
            (key, role) ->
                weights.put(
                    key,
                    role == ParameterRole.OTHER || role.normalises() && !config.resetNorm()
                        ? network.tensors().get(key).toFloat32()
                        : drawn.get(key)));
    Map<String, String> metadata = new TreeMap<>(network.metadata());
    metadata.remove(SingularValueScaling.MARKER);
    metadata.put(MARKER, Json.write(config));
    return new Safetensors.Content(new StateDict(weights), metadata);
  }
}

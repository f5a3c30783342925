package dev.espalier.activities;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.activities.shelf.StoredArtifact;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
import dev.espalier.compression.evaluate.Complexity;
import dev.espalier.compression.network.Count;
import dev.espalier.compression.network.Network;
import dev.espalier.compression.network.Networks;
import dev.espalier.compression.tensor.Safetensors;
import dev.espalier.compression.tensor.StateDict;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;

/**
 * A denoising network read from the shelf: {@code config.json} says what it is, {@code
 * network.safetensors} what it knows and, by its shapes, how wide it is.
 *
 * @param content weights and metadata, the "scaled once" marker among them
 */
public record LoadedNetwork(Network network, JsonNode config, Safetensors.Content content) {
  /** Part that holds the configuration. */
  public static final String CONFIG = "config.json";

  /** Part that holds the weights. */
  public static final String WEIGHTS = "network.safetensors";

  /** What a stored network is, by its configuration alone; its weights are not read. */
  public static Network architecture(StoredArtifact artifact) {
    return Networks.of(config(artifact));
  }

  private static JsonNode config(StoredArtifact artifact) {
    String text = new String(artifact.bytes(CONFIG), StandardCharsets.UTF_8);
    return Json.parse(text, artifact.prefix() + "/" + CONFIG);
  }

  /**
   * Reads and checks a network.
   *
   * @throws InvalidInput if weights and configuration do not fit each other
   */
  public static LoadedNetwork read(StoredArtifact artifact) throws IOException {
    return of(config(artifact), Safetensors.read(artifact.fetch(WEIGHTS)), artifact.prefix());
  }

  /**
   * Checks that {@code content} are weights of the network that {@code config} describes: all its
   * keys, and widths that agree with each other.
   */
  public static LoadedNetwork of(JsonNode config, Safetensors.Content content, String name) {
    Network network = Networks.of(config);
    StateDict weights = content.tensors();
    Map<String, int[]> declared = network.declaredShapes();
    declared.forEach(
        (key, shape) -> {
          InvalidInput.require(weights.has(key), "%s: tensor '%s' is missing", name, key);
          int[] found = weights.get(key).shape();
          InvalidInput.require(
              found.length == shape.length
                  && (shape.length < 3
                      || Arrays.equals(found, 2, found.length, shape, 2, shape.length)),
              "%s: tensor '%s' has shape %s, the configuration asks for %s but for pruned channels",
              name,
              key,
              Arrays.toString(found),
              Arrays.toString(shape));
        });
    for (String key : weights.keys()) {
      InvalidInput.require(
          declared.containsKey(key), "%s: tensor '%s' is not part of the network", name, key);
      String weight = key.replaceFirst("\\.bias$", ".weight");
      InvalidInput.require(
          !weights.has(weight) || weights.get(key).extent(0) == weights.get(weight).extent(0),
          "%s: tensor '%s' has another length than '%s'",
          name,
          key,
          weight);
    }
    requireWidths(network, weights, name);
    return new LoadedNetwork(network, config, content);
  }

  private static void requireWidths(Network network, StateDict weights, String name) {
    int[] sample = network.sampleShape();
    Count.Size image = new Count.Size(sample[0], sample[1], sample[2]);
    Count.Size out;
    try {
      out = network.forward(new Count(weights.shapes()), image, new Count.Size(1, 1, 1));
    } catch (InvalidInput | IllegalStateException | IndexOutOfBoundsException e) {
      throw new InvalidInput(name + ": the weights' widths do not agree: " + e.getMessage(), e);
    }
    InvalidInput.require(out.equals(image), "%s: images of %s come out as %s", name, image, out);
  }

  public StateDict weights() {
    return content.tensors();
  }

  public Complexity complexity() {
    return Complexity.of(network, weights().shapes());
  }
}

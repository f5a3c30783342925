package dev.espalier.compression.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
import dev.espalier.compression.network.Network;
import dev.espalier.compression.tensor.Safetensors;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes a network where Python finds it. Beside the weights lies {@code load_pruned.py}, with
 * which a pruned network is loaded: neither diffusers nor the DDIM code base can build one from its
 * configuration, which says only what the unpruned design is.
 */
public enum NetworkExport {
  /** {@code config.json} and {@code diffusion_pytorch_model.safetensors}, diffusers' names. */
  DIFFUSERS {
    @Override
    List<String> weights(Path folder, Network network, Safetensors.Content content)
        throws IOException {
      // diffusers refuses files that do not say which framework they are for.
      Map<String, String> metadata = new TreeMap<>(content.metadata());
      metadata.put("format", "pt");
      Safetensors.write(folder.resolve(WEIGHTS + ".safetensors"), content.tensors(), metadata);
      return List.of(WEIGHTS + ".safetensors");
    }
  },

  /** {@code model.pth}: a state dict for the {@code Model} of the DDIM code base. */
  DDIM {
    @Override
    List<String> weights(Path folder, Network network, Safetensors.Content content)
        throws IOException {
      JsonNode config = network.config();
      requireDdim(config);
      int levels = config.get("block_out_channels").size();
      TorchWriter.write(folder.resolve("model.pth"), DdimKeys.toDdim(content.tensors(), levels));
      return List.of("model.pth");
    }
  };

  private static final String CONFIG = "config.json";
  private static final String WEIGHTS = "diffusion_pytorch_model";
  private static final String SNIPPET = "load_pruned.py";

  /** What the DDIM code base has no option for, with the one value it has. */
  private static final Map<String, String> DDIM_ALONE =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("center_input_sample", "false"),
              Map.entry("freq_shift", "1"),
              Map.entry("flip_sin_to_cos", "false"),
              Map.entry("downsample_padding", "0"),
              Map.entry("downsample_type", "\"conv\""),
              Map.entry("upsample_type", "\"conv\""),
              Map.entry("attention_head_dim", "null"),
              Map.entry("norm_num_groups", "32"),
              Map.entry("norm_eps", "1e-6"),
              Map.entry("resnet_time_scale_shift", "\"default\""),
              Map.entry("add_attention", "true"),
              Map.entry("num_class_embeds", "null")));

  abstract List<String> weights(Path folder, Network network, Safetensors.Content content)
      throws IOException;

  /**
   * Writes the network into {@code folder}, which is made if need be.
   *
   * @param content weights under diffusers' names, and what is to be noted beside them
   * @return the names of the files written
   * @throws InvalidInput if this layout cannot hold the network
   */
  public List<String> write(Path folder, Network network, Safetensors.Content content)
      throws IOException {
    Files.createDirectories(folder);
    List<String> files = new ArrayList<>(weights(folder, network, content));
    Files.writeString(folder.resolve(CONFIG), Json.pretty(network.config()));
    try (InputStream snippet = NetworkExport.class.getResourceAsStream(SNIPPET)) {
      if (snippet == null) throw new IllegalStateException("the resource is missing: " + SNIPPET);
      Files.write(folder.resolve(SNIPPET), snippet.readAllBytes());
    }
    files.addAll(List.of(CONFIG, SNIPPET));
    return files;
  }

  private static void requireDdim(JsonNode config) {
    DDIM_ALONE.forEach(
        (field, value) -> {
          JsonNode only = Json.parse(value, field);
          JsonNode found = config.path(field);
          boolean same = only.isNumber() ? found.asDouble() == only.asDouble() : found.equals(only);
          InvalidInput.require(
              same,
              "field '%s' is %s; the DDIM code base has %s only, so use --format diffusers",
              field,
              found,
              only);
        });
    int unit = config.get("block_out_channels").get(0).asInt();
    JsonNode time = config.path("time_embedding_dim");
    InvalidInput.require(
        time.isNull() || time.asInt() == 4 * unit,
        "field 'time_embedding_dim' is %s; the DDIM code base has %d here",
        time,
        4 * unit);
  }
}

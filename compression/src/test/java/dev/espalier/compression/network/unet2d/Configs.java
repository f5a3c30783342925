package dev.espalier.compression.network.unet2d;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.compression.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Configurations tests begin with. */
public final class Configs {
  private Configs() {}

  /** google/ddpm-cifar10-32, as a person would write it. */
  public static ObjectNode cifar() {
    return resource("/dev/espalier/compression/network/unet2d/ddpm-cifar10-32.json").deepCopy();
  }

  /** A two-level network of 16 and 32 channels with attention in the lower level. */
  public static ObjectNode tiny() {
    return (ObjectNode)
        Json.parse(
            """
            {"_class_name": "UNet2DModel", "sample_size": 16, "block_out_channels": [16, 32],
             "down_block_types": ["DownBlock2D", "AttnDownBlock2D"],
             "up_block_types": ["AttnUpBlock2D", "UpBlock2D"], "layers_per_block": 1,
             "attention_head_dim": null, "norm_num_groups": 4}
            """,
            "tiny");
  }

  /** {@code config} with some fields set; the values are JSON. */
  public static ObjectNode with(ObjectNode config, Map<String, String> fields) {
    fields.forEach((field, value) -> config.set(field, Json.parse(value, field)));
    return config;
  }

  /** A JSON resource. */
  public static JsonNode resource(String name) {
    try (InputStream in = Configs.class.getResourceAsStream(name)) {
      return Json.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8), name);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

package dev.espalier.compression.network;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.network.unet2d.UNet2D;
import dev.espalier.compression.network.unet2d.UNet2DConfig;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/** The networks there are: the {@code _class_name} of a {@code config.json} to what reads it. */
public final class Networks {
  private static final Map<String, Function<JsonNode, Network>> LOADERS =
      new TreeMap<>(Map.of("UNet2DModel", config -> new UNet2D(UNet2DConfig.of(config))));

  private Networks() {}

  /**
   * The network a {@code config.json} describes.
   *
   * @throws InvalidInput naming the field that is missing, unknown or out of range
   */
  public static Network of(JsonNode config) {
    String name = config.path("_class_name").asText();
    Function<JsonNode, Network> loader = LOADERS.get(name);
    if (loader == null) {
      throw new InvalidInput(
          String.format(
              "network config: field '_class_name' is %s; legal: %s",
              name.isEmpty() ? "missing" : "'" + name + "'", String.join(", ", LOADERS.keySet())));
    }
    return loader.apply(config);
  }
}

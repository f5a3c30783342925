package dev.espalier.workers.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.CounterRandom;
import dev.espalier.compression.Json;
import dev.espalier.compression.data.ImageDataset;
import dev.espalier.compression.network.Declare;
import dev.espalier.compression.network.Initialisation;
import dev.espalier.compression.network.Network;
import dev.espalier.compression.network.Networks;
import dev.espalier.compression.tensor.Safetensors;
import dev.espalier.compression.tensor.StateDict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SplittableRandom;

/** The networks that are timed, with random weights and images. */
final class UNets {
  static final String CIFAR_32 =
      """
      {"_class_name": "UNet2DModel", "sample_size": 32, "in_channels": 3, "out_channels": 3,
       "layers_per_block": 2, "block_out_channels": [64, 128, 128], "norm_num_groups": 32,
       "norm_eps": 1e-06, "attention_head_dim": null, "downsample_padding": 0,
       "flip_sin_to_cos": false, "freq_shift": 1,
       "down_block_types": ["DownBlock2D", "AttnDownBlock2D", "DownBlock2D"],
       "up_block_types": ["UpBlock2D", "AttnUpBlock2D", "UpBlock2D"]}
      """;

  static final String TINY_16 =
      """
      {"_class_name": "UNet2DModel", "sample_size": 16, "in_channels": 3, "out_channels": 3,
       "layers_per_block": 2, "block_out_channels": [32, 64, 64], "norm_num_groups": 16,
       "norm_eps": 1e-06, "attention_head_dim": null, "downsample_padding": 0,
       "flip_sin_to_cos": false, "freq_shift": 1,
       "down_block_types": ["DownBlock2D", "AttnDownBlock2D", "DownBlock2D"],
       "up_block_types": ["UpBlock2D", "AttnUpBlock2D", "UpBlock2D"]}
      """;

  /** Small enough for thousands of steps. */
  static final String SMALL_8 =
      """
      {"_class_name": "UNet2DModel", "sample_size": 8, "in_channels": 3, "out_channels": 3,
       "layers_per_block": 1, "block_out_channels": [16, 32], "norm_num_groups": 8,
       "attention_head_dim": null, "down_block_types": ["DownBlock2D", "AttnDownBlock2D"],
       "up_block_types": ["AttnUpBlock2D", "UpBlock2D"]}
      """;

  private UNets() {}

  static Network of(String config) {
    return Networks.of(parse(config));
  }

  /** Writes {@code config.json} and {@code weights.safetensors}. */
  static void write(String config, Path folder) throws IOException {
    Files.writeString(folder.resolve("config.json"), Json.pretty(parse(config)));
    Safetensors.write(folder.resolve("weights.safetensors"), random(of(config)), Map.of());
  }

  static StateDict random(Network network) {
    return Initialisation.pytorch(Declare.shapes(network), 1);
  }

  static StateDict weights(Path folder) throws IOException {
    return Safetensors.read(folder.resolve("weights.safetensors")).tensors();
  }

  /** 4,096 images of noise. */
  static ImageDataset images(Network network) {
    int[] shape = network.sampleShape();
    int n = 4096;
    byte[] pixels = new byte[n * shape[0] * shape[1] * shape[2]];
    SplittableRandom random = CounterRandom.at(1, "images", 0);
    for (int i = 0; i < pixels.length; i++) pixels[i] = (byte) random.nextInt();
    return new ImageDataset("noise", "", n, shape[0], shape[1], shape[2], pixels, new byte[n]);
  }

  private static JsonNode parse(String config) {
    return Json.parse(config, "benchmark network");
  }
}

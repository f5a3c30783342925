package dev.espalier.workers.bench;

import dev.espalier.compression.Json;
import dev.espalier.compression.network.Network;
import dev.espalier.compression.prune.ChannelPruner;
import dev.espalier.compression.prune.PruneConfig;
import dev.espalier.compression.svs.SingularValueScaling;
import dev.espalier.compression.svs.SvsConfig;
import dev.espalier.compression.tensor.Safetensors;
import dev.espalier.compression.tensor.StateDict;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * Singular value scaling of google/ddpm-cifar10-32's U-Net pruned at 0.3 (19.9 M parameters),
 * beside the authors' script on numpy. The results of both are held against numpy's in double.
 */
record SvsBenchmark() implements Benchmark {
  private static final String NETWORK =
      """
      {"_class_name": "UNet2DModel", "sample_size": 32, "in_channels": 3, "out_channels": 3,
       "layers_per_block": 2, "block_out_channels": [128, 256, 256, 256], "norm_num_groups": 32,
       "norm_eps": 1e-06, "attention_head_dim": null, "downsample_padding": 0,
       "flip_sin_to_cos": false, "freq_shift": 1,
       "down_block_types": ["DownBlock2D", "AttnDownBlock2D", "DownBlock2D", "DownBlock2D"],
       "up_block_types": ["UpBlock2D", "UpBlock2D", "AttnUpBlock2D", "UpBlock2D"]}
      """;

  @Override
  public String unit() {
    return "pass over the CIFAR-10 U-Net pruned at 0.3";
  }

  @Override
  public String python() {
    return "svs";
  }

  @Override
  public void prepare(Path folder) throws IOException {
    Network network = UNets.of(NETWORK);
    StateDict dense = UNets.random(network);
    Map<String, Object> fields = Map.of("criterion", "magnitude", "ratio", 0.3);
    PruneConfig config = Json.bind(Json.MAPPER.valueToTree(fields), PruneConfig.class, "benchmark");
    StateDict pruned =
        ChannelPruner.prune(network, dense, new StateDict(Map.of()), config).weights();
    Safetensors.write(folder.resolve("weights.safetensors"), pruned, Map.of());
  }

  @Override
  public void measure(Path folder, Rounds rounds) throws IOException {
    StateDict weights = UNets.weights(folder);
    StateDict[] scaled = {weights};
    Safetensors.Content pruned = new Safetensors.Content(weights, Map.of());
    rounds.each(
        1, () -> scaled[0] = SingularValueScaling.scale(pruned, SvsConfig.defaults()).tensors());
    Safetensors.write(folder.resolve("ours.safetensors"), scaled[0], Map.of());
  }
}

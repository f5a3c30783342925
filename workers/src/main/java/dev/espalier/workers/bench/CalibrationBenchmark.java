package dev.espalier.workers.bench;

import dev.espalier.compression.Json;
import dev.espalier.compression.data.ImageDataset;
import dev.espalier.compression.diffusion.NoiseSchedule;
import dev.espalier.compression.network.Network;
import dev.espalier.compression.prune.Calibration;
import dev.espalier.compression.prune.PruneConfig;
import dev.espalier.compression.prune.Statistic;
import dev.espalier.compression.tensor.Progress;
import dev.espalier.compression.tensor.StateDict;
import dev.espalier.compression.tensor.Torch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Diff-Pruning's sum of gradients over timesteps, beside the published loop over diffusers. */
record CalibrationBenchmark() implements Benchmark {
  private static final int BATCH = 16;
  private static final int TIMESTEPS = 4;

  @Override
  public String unit() {
    return "timestep of gradients, batch " + BATCH + " of 32×32, float32";
  }

  @Override
  public String python() {
    return "calibration";
  }

  @Override
  public void prepare(Path folder) throws IOException {
    UNets.write(UNets.CIFAR_32, folder);
    Files.writeString(
        folder.resolve("settings.json"), Json.write(Map.of("batch", BATCH, "steps", TIMESTEPS)));
  }

  @Override
  public void measure(Path folder, Rounds rounds) throws IOException {
    Network network = UNets.of(UNets.CIFAR_32);
    StateDict weights = UNets.weights(folder);
    ImageDataset images = UNets.images(network);
    NoiseSchedule schedule = NoiseSchedule.ddpm();
    Map<String, Object> fields =
        Map.of(
            "criterion",
            "taylor",
            "calibrationImages",
            BATCH,
            "timestepStride",
            schedule.steps() / TIMESTEPS);
    PruneConfig config = Json.bind(Json.MAPPER.valueToTree(fields), PruneConfig.class, "benchmark");
    try (Torch.Session session = Torch.open()) {
      rounds.each(
          TIMESTEPS,
          () ->
              Calibration.of(
                  session,
                  network,
                  weights,
                  images,
                  schedule,
                  config,
                  Statistic.GRADIENT,
                  Progress.NONE));
    }
  }
}

package dev.espalier.workers.bench;

import dev.espalier.compression.Json;
import dev.espalier.compression.diffusion.DdimSampler;
import dev.espalier.compression.diffusion.NoiseSchedule;
import dev.espalier.compression.diffusion.Timesteps;
import dev.espalier.compression.network.Network;
import dev.espalier.compression.network.Weights;
import dev.espalier.compression.tensor.Torch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * The evaluate stage's sampler beside diffusers' {@code DDIMPipeline}.
 *
 * @param bfloat16 whether ours computes in bfloat16; Python's is float32
 */
record SamplingBenchmark(String config, int batch, boolean bfloat16) implements Benchmark {
  private static final int STEPS = 10;

  @Override
  public String unit() {
    int[] shape = UNets.of(config).sampleShape();
    return String.format(
        "DDIM step, batch %d of %d×%d, ours %s",
        batch, shape[1], shape[2], bfloat16 ? "bfloat16" : "float32");
  }

  @Override
  public String python() {
    return "sampling";
  }

  @Override
  public void prepare(Path folder) throws IOException {
    UNets.write(config, folder);
    Files.writeString(
        folder.resolve("settings.json"), Json.write(Map.of("batch", batch, "steps", STEPS)));
  }

  @Override
  public void measure(Path folder, Rounds rounds) throws IOException {
    Network network = UNets.of(config);
    NoiseSchedule schedule = NoiseSchedule.ddpm();
    int[] timesteps = Timesteps.named("leading").descending(schedule.steps(), STEPS);
    try (Torch.Session session = Torch.open();
        Weights weights = Weights.of(session, session.manager(), UNets.weights(folder), false)) {
      DdimSampler sampler = new DdimSampler(session, network, weights, schedule, true, bfloat16);
      rounds.each(STEPS, () -> sampler.sample(timesteps, 1, 0, batch, done -> {}));
    }
  }
}

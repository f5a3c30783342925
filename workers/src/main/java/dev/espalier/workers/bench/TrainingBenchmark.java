package dev.espalier.workers.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.Json;
import dev.espalier.compression.diffusion.NoiseSchedule;
import dev.espalier.compression.finetune.Denoising;
import dev.espalier.compression.finetune.FinetuneConfig;
import dev.espalier.compression.finetune.TrainingListener;
import dev.espalier.compression.finetune.TrainingLoop;
import dev.espalier.compression.finetune.TrainingState;
import dev.espalier.compression.network.Network;
import dev.espalier.compression.tensor.Torch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The finetune stage's own loop, from choosing images to moving the average, beside diffusers'
 * {@code UNet2DModel} with torch's Adam and diffusers' {@code EMAModel}.
 *
 * @param precision of ours; Python's is float32
 */
record TrainingBenchmark(String config, int batch, String precision) implements Benchmark {
  private static final int STEPS = 4;

  @Override
  public String unit() {
    int[] shape = UNets.of(config).sampleShape();
    return String.format(
        "training step, batch %d of %d×%d, ours %s", batch, shape[1], shape[2], precision);
  }

  @Override
  public String python() {
    return "training";
  }

  @Override
  public void prepare(Path folder) throws IOException {
    UNets.write(config, folder);
    JsonNode settings = Json.MAPPER.valueToTree(Map.of("batch", batch, "steps", STEPS));
    Files.writeString(folder.resolve("settings.json"), Json.pretty(settings));
  }

  @Override
  public void measure(Path folder, Rounds rounds) throws IOException {
    Network network = UNets.of(config);
    Map<String, Object> fields =
        Map.of(
            "steps",
            1_000_000,
            "batch",
            batch,
            "loss",
            "mean",
            "precision",
            precision,
            "emaWarmup",
            "ramp",
            "validateEvery",
            1_000_000,
            "checkpointEvery",
            1_000_000);
    FinetuneConfig finetune =
        Json.bind(Json.MAPPER.valueToTree(fields), FinetuneConfig.class, "benchmark");
    try (Torch.Session session = Torch.open()) {
      Denoising objective =
          new Denoising(session, network, UNets.images(network), NoiseSchedule.ddpm(), finetune);
      TrainingLoop.run(
          session,
          TrainingState.start(UNets.weights(folder)),
          finetune,
          objective,
          new Rhythm(rounds));
    } catch (Enough e) {
      return;
    }
  }

  /** Ends the loop. */
  private static final class Enough extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  /**
   * Stops after the first step, and then after every {@link #STEPS}, until a round is asked for.
   */
  private static final class Rhythm implements TrainingListener {
    private final Rounds rounds;
    private long began;

    Rhythm(Rounds rounds) {
      this.rounds = rounds;
    }

    @Override
    public void step(Step step, Supplier<TrainingState> state) {
      if (step.step() % STEPS != 1) return;
      if (step.step() > 1) rounds.took((System.nanoTime() - began) * 1e-9 / STEPS);
      try {
        if (!rounds.next()) throw new Enough();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      began = System.nanoTime();
    }

    @Override
    public void validation(int step, double loss) {}

    @Override
    public void checkpoint(int step, Supplier<TrainingState> state) {}
  }
}

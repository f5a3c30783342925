package dev.espalier.compression.finetune;

import dev.espalier.compression.CounterRandom;
import dev.espalier.compression.Json;
import dev.espalier.compression.data.ImageDataset;
import dev.espalier.compression.diffusion.NoiseSchedule;
import dev.espalier.compression.network.Initialisation;
import dev.espalier.compression.network.Network;
import dev.espalier.compression.network.Networks;
import dev.espalier.compression.tensor.Safetensors;
import dev.espalier.compression.tensor.StateDict;
import dev.espalier.compression.tensor.Torch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A denoising training of a small U-Net with everything on that draws at random or keeps state:
 * dropout, flips, clipping, warm-up, cosine, moving average. As a program it is one process of a
 * training: {@code precision steps from to [half]}, where {@code from} is a checkpoint or {@code
 * -}.
 */
final class TinyTraining {
  /** What the program returns when it ends itself, as a killed one does. */
  static final int KILLED = 137;

  static final Network NETWORK =
      Networks.of(
          Json.parse(
              """
              {"_class_name": "UNet2DModel", "sample_size": 8, "in_channels": 1, "out_channels": 1,
               "block_out_channels": [8, 16], "layers_per_block": 1, "norm_num_groups": 4,
               "down_block_types": ["DownBlock2D", "AttnDownBlock2D"],
               "up_block_types": ["AttnUpBlock2D", "UpBlock2D"], "attention_head_dim": null}
              """,
              "test"));

  private TinyTraining() {}

  /** Checkpoints half-way. */
  static FinetuneConfig config(String precision, int steps) {
    String json =
        """
        {"steps": %d, "batch": 6, "learningRate": 1e-3, "schedule": "cosine", "warmup": 2,
         "emaDecay": 0.99, "emaWarmup": "power", "dropout": 0.1, "precision": "%s", "flip": true,
         "validateEvery": 1000, "checkpointEvery": %d, "seed": 4}
        """;
    return Json.read(
        String.format(json, steps, precision, steps / 2), FinetuneConfig.class, "test");
  }

  /** A batch of six without dropout, learning from a teacher. */
  static FinetuneConfig distilled(String loss, double weight) {
    String json = "{\"steps\": 5, \"batch\": 6, \"loss\": \"%s\", \"distillation\": %s}";
    return Json.read(String.format(json, loss, weight), FinetuneConfig.class, "test");
  }

  static TrainingState start() {
    return TrainingState.start(weights(2));
  }

  static StateDict weights(long seed) {
    return Initialisation.pytorch(NETWORK.declaredShapes(), seed);
  }

  /** Trains from {@code start} to the end; {@code checkpoint} gets the state half-way. */
  static TrainingState run(
      TrainingState start, FinetuneConfig config, Consumer<TrainingState> checkpoint) {
    try (Torch.Session session = Torch.open()) {
      Denoising objective = new Denoising(session, NETWORK, images(), NoiseSchedule.ddpm(), config);
      return TrainingLoop.run(session, start, config, objective, new Checkpoints(checkpoint));
    }
  }

  static ImageDataset images() {
    int size = 300;
    byte[] pixels = new byte[size * 64];
    CounterRandom.at(1, "pixels", 0).nextBytes(pixels);
    return new ImageDataset("random", "none", size, 1, 8, 8, pixels, new byte[size]);
  }

  private record Checkpoints(Consumer<TrainingState> checkpoint) implements TrainingListener {
    @Override
    public void step(Step step, Supplier<TrainingState> state) {}

    @Override
    public void validation(int step, double loss) {}

    @Override
    public void checkpoint(int step, Supplier<TrainingState> state) {
      checkpoint.accept(state.get());
    }
  }

  static byte[] bytes(TrainingState state) {
    Safetensors.Content content = state.toContent();
    return Safetensors.toBytes(content.tensors(), content.metadata());
  }

  public static void main(String[] arguments) throws IOException {
    FinetuneConfig config = config(arguments[0], Integer.parseInt(arguments[1]));
    TrainingState start =
        arguments[2].equals("-")
            ? start()
            : TrainingState.of(Safetensors.read(Path.of(arguments[2])));
    TrainingState end =
        run(
            start,
            config,
            state -> {
              if (arguments.length < 5) return;
              write(Path.of(arguments[4]), state);
              Runtime.getRuntime().halt(KILLED);
            });
    write(Path.of(arguments[3]), end);
  }

  private static void write(Path file, TrainingState state) {
    try {
      Files.write(file, bytes(state));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

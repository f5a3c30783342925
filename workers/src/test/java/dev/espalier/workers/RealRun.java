package dev.espalier.workers;

import dev.espalier.compression.Json;
import dev.espalier.compression.evaluate.ImageClassifier;
import dev.espalier.compression.network.Initialisation;
import dev.espalier.compression.network.Networks;
import dev.espalier.compression.tensor.Safetensors;
import dev.espalier.compression.tensor.StateDict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A whole real run, of networks so small that it takes seconds, and the real program for it. */
public final class RealRun {
  private static final String UNET =
      """
      {"_class_name": "UNet2DModel", "sample_size": 28, "in_channels": 1, "out_channels": 1,
       "down_block_types": ["DownBlock2D", "DownBlock2D"],
       "up_block_types": ["UpBlock2D", "UpBlock2D"],
       "block_out_channels": [8, 16], "layers_per_block": 1, "norm_num_groups": 4,
       "attention_head_dim": null, "add_attention": true}
      """;
  private static final String CLASSIFIER =
      """
      {"_class_name": "ImageClassifier", "in_channels": 1, "block_out_channels": [8, 16],
       "norm_num_groups": 4, "num_classes": 10}
      """;

  private RealRun() {}

  /**
   * Its plan.
   *
   * @param steps of the finetune
   * @param every steps between two checkpoints, and between two validations
   */
  public static String plan(int steps, int every) {
    return String.format(
        """
        {"network": "tiny-unet", "data": "fashion-mnist-t10k",
         "prune": {"criterion": "magnitude", "ratio": 0.5},
         "finetune": {"steps": %d, "batch": 4, "checkpointEvery": %d, "validateEvery": %d},
         "evaluate": {"samples": 6, "steps": 2, "batch": 6, "extractor": "tiny-classifier"}}
        """,
        steps, every, every);
  }

  /** Puts the networks that the plan names into a home folder. */
  public static void networks(Path home) throws IOException {
    StateDict unet =
        Initialisation.pytorch(Networks.of(Json.parse(UNET, "test")).declaredShapes(), 1);
    StateDict classes =
        Initialisation.pytorch(
            ImageClassifier.of(Json.parse(CLASSIFIER, "test")).declaredShapes(), 2);
    network(home, "tiny-unet", UNET, unet);
    network(home, "tiny-classifier", CLASSIFIER, classes);
  }

  /** Where the images that the plan names lie, for {@code ESPALIER_DATA}. */
  public static String data() {
    return System.getProperty("espalier.root") + "/datasets";
  }

  /**
   * The program in a process of its own.
   *
   * @param environment variables of the program; none of this process' own settings are passed on
   * @param said where its output goes
   * @param java options of the Java machine
   */
  public static Process start(
      Map<String, String> environment, Path said, List<String> java, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx700m", "-XX:+UseSerialGC"));
    command.addAll(java);
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(Espalier.class.getName());
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said.toFile());
    builder.environment().keySet().removeIf(name -> name.matches("(S3|TEMPORAL|ESPALIER)_.*"));
    builder.environment().putAll(environment);
    return builder.start();
  }

  private static void network(Path home, String name, String config, StateDict weights)
      throws IOException {
    Path network = Files.createDirectories(home.resolve("networks").resolve(name));
    Files.writeString(network.resolve("config.json"), config);
    Safetensors.write(network.resolve("network.safetensors"), weights, Map.of());
  }
}

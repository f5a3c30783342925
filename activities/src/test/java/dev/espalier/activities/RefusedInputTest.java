package dev.espalier.activities;

import static dev.espalier.activities.StageBench.DENSE;
import static dev.espalier.activities.StageBench.UNET;
import static dev.espalier.activities.StageBench.evaluate;
import static dev.espalier.activities.StageBench.finetune;
import static dev.espalier.activities.StageBench.prune;
import static dev.espalier.activities.StageBench.svs;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.Json;
import dev.espalier.compression.evaluate.EvaluateConfig;
import dev.espalier.compression.finetune.FinetuneConfig;
import dev.espalier.compression.network.Initialisation;
import dev.espalier.compression.network.Networks;
import dev.espalier.compression.tensor.StateDict;
import dev.espalier.compression.tensor.Tensor;
import dev.espalier.workflows.Artifact;
import dev.espalier.workflows.EvaluateActivity;
import dev.espalier.workflows.PruneActivity;
import dev.espalier.workflows.TrainActivity;
import io.temporal.failure.ApplicationFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RefusedInputTest {
  private static final Artifact BROKEN = new Artifact("networks/broken");

  @TempDir private Path folder;
  private StageBench stages;
  private InActivity activities;

  @BeforeEach
  void open() throws Exception {
    stages = new StageBench(folder);
    activities = new InActivity(stages.bench);
  }

  @AfterEach
  void close() {
    activities.close();
  }

  @Test
  void aWholePlanIsAccepted() {
    assertThat(activities.plan(plan("tiny-unet")).data()).isEqualTo(StageBench.DATA);
  }

  @Test
  void truncatedWeightsAreRefused() throws Exception {
    Path file = stages.write("broken", UNET, StageBench.unet());
    byte[] whole = Files.readAllBytes(file);
    for (int size : new int[] {0, 7, 100, whole.length - 1}) {
      Files.write(file, Arrays.copyOf(whole, size));
      refused(() -> activities.plan(plan("broken")), "broken/network.safetensors");
    }
  }

  @Test
  void picklesAreNeverRead() throws Exception {
    Path file = stages.write("broken", UNET, StageBench.unet());
    byte[] rest = Arrays.copyOf(Files.readAllBytes(file), 4096);
    byte[] pickle = HexFormat.of().parseHex("80028a0a6cfc9c46");
    for (byte[] start : new byte[][] {{'P', 'K', 3, 4}, pickle}) {
      System.arraycopy(start, 0, rest, 0, start.length);
      Files.write(file, rest);
      refused(() -> activities.plan(plan("broken")), "broken/network.safetensors", "pickle");
    }
  }

  @Test
  void aMissingTensorIsNamed() throws Exception {
    broken("conv_out.bias", null);
    refused(() -> activities.plan(plan("broken")), "broken", "'conv_out.bias' is missing");
  }

  @Test
  void aTensorTooManyIsNamed() throws Exception {
    broken("extra.weight", new int[] {3});
    refused(() -> activities.plan(plan("broken")), "broken", "'extra.weight'");
  }

  @Test
  void tensorsOfTheWrongShapeAreRefused() throws Exception {
    Map<String, int[]> wrong = new LinkedHashMap<>();
    wrong.put("conv_in.weight", new int[] {9, 1, 3, 3});
    wrong.put("conv_in.bias", new int[] {7});
    wrong.put("conv_norm_out.bias", new int[] {4});
    wrong.put("time_embedding.linear_1.weight", new int[] {32, 9});
    wrong.put("mid_block.resnets.0.conv1.weight", new int[] {16, 16, 5, 5});
    wrong.put("conv_out.weight", new int[] {2, 8, 3, 3});
    for (var entry : wrong.entrySet()) {
      broken(entry.getKey(), entry.getValue());
      refused(() -> activities.plan(plan("broken")), "broken", "");
    }
    broken("conv_in.weight", new int[] {8, 9});
    refused(() -> activities.plan(plan("broken")), "broken", "'conv_in.weight'");
  }

  @Test
  void aConfigurationThatIsNoneIsRefused() throws Exception {
    stages.write("broken", "{\"_class_name\": ", StageBench.unet());
    refused(() -> activities.plan(plan("broken")), "broken/config.json");
    stages.write("broken", UNET.replace("UNet2DModel", "UNet3DModel"), StageBench.unet());
    refused(() -> activities.plan(plan("broken")), "'_class_name' is 'UNet3DModel'");
    stages.write("broken", UNET.replace("[8, 16]", "[8, 15]"), StageBench.unet());
    refused(() -> activities.plan(plan("broken")), "'block_out_channels' has 15");
    Files.delete(stages.networks.resolve("broken/config.json"));
    refused(() -> activities.plan(plan("broken")), "broken/config.json");
  }

  @Test
  void namesThatNothingHasAreRefused() {
    refused(() -> activities.plan(plan("absent")), "network 'absent'");
    refused(
        () -> activities.plan("{\"network\": \"tiny-unet\", \"data\": \"cifar\"}"),
        "data 'cifar'",
        "fashion-mnist-t10k");
    refused(
        () -> activities.plan(plan("tiny-unet").replace("tiny-classifier", "inception")),
        "network 'inception'");
    refused(() -> activities.plan("{\"recipe\": \"none\"}"), "recipe 'none'");
    refused(
        () -> activities.svs(svs(new Artifact("stages/prune/00000000000000000000"))),
        "no artifact stages/prune/00000000000000000000");
  }

  @Test
  void aClassifierIsNoNetworkToPruneAndAnUnetNoExtractor() {
    refused(() -> activities.plan(plan("tiny-classifier")), "'ImageClassifier'");
    refused(
        () -> activities.plan(plan("tiny-unet").replace("tiny-classifier", "tiny-unet")),
        "tiny-unet");
  }

  @Test
  void imagesThatDoNotFitTheNetworkAreRefused() throws Exception {
    String colour =
        UNET.replace("\"in_channels\": 1", "\"in_channels\": 3")
            .replace("\"out_channels\": 1", "\"out_channels\": 3");
    JsonNode config = Json.parse(colour, "test");
    stages.write("broken", colour, Initialisation.pytorch(Networks.of(config).declaredShapes(), 1));

    PruneActivity.Request gray = prune(0.5);
    refused(() -> activities.plan(plan("broken")), "fashion-mnist-t10k", "[3, 28, 28]");
    refused(
        () ->
            activities.prune(new PruneActivity.Request("run", BROKEN, gray.data(), gray.config())),
        "fashion-mnist-t10k");
    refused(() -> activities.finetune(finetune(BROKEN, 2)), "fashion-mnist-t10k");
    EvaluateConfig evaluation = evaluate(DENSE, 2).config();
    refused(
        () ->
            activities.evaluate(
                new EvaluateActivity.Request("run", BROKEN, BROKEN, StageBench.DATA, evaluation)),
        "fashion-mnist-t10k");
    refused(
        () ->
            activities.train(
                new TrainActivity.Request(
                    "run", config, StageBench.DATA, finetune(DENSE, 2).config())),
        "fashion-mnist-t10k");
  }

  @Test
  void aClassifierThatCannotBeIsRefused() {
    FinetuneConfig config = finetune(DENSE, 2).config();
    for (String wrong :
        new String[] {
          StageBench.CLASSIFIER.replace("\"num_classes\": 10", "\"num_classes\": -1"),
          StageBench.CLASSIFIER.replace("[8, 16]", "[]"),
          StageBench.CLASSIFIER.replace("\"in_channels\": 1", "\"in_channels\": 0")
        }) {
      JsonNode network = Json.parse(wrong, "test");
      refused(
          () ->
              activities.train(new TrainActivity.Request("run", network, StageBench.DATA, config)),
          "classifier config");
    }
  }

  @Test
  void aSecondPassOfSvsIsRefused() {
    Artifact scaled = activities.svs(svs(DENSE)).network();
    refused(() -> activities.svs(svs(scaled)), "scaled already");
    Artifact tuned = activities.finetune(finetune(scaled, 1)).network();
    refused(() -> activities.svs(svs(tuned)), "scaled already");
  }

  /** The tiny network with one tensor in another shape, or without it. */
  private void broken(String key, int[] shape) throws IOException {
    Map<String, Tensor> tensors = new LinkedHashMap<>(StageBench.unet().tensors());
    if (shape == null) {
      tensors.remove(key);
    } else {
      int size = Arrays.stream(shape).reduce(1, Math::multiplyExact);
      tensors.put(key, Tensor.of(new float[size], shape));
    }
    stages.write("broken", UNET, new StateDict(tensors));
  }

  private static String plan(String network) {
    return """
        {"network": "%s", "data": "fashion-mnist-t10k",
         "evaluate": {"extractor": "tiny-classifier"}}
        """
        .formatted(network);
  }

  private static void refused(Runnable call, String... told) {
    ApplicationFailure failure = InActivity.failure(call);
    assertThat(failure.getType()).as(failure.toString()).isEqualTo("InvalidInput");
    assertThat(failure.isNonRetryable()).isTrue();
    assertThat(failure.getOriginalMessage()).contains(told).doesNotContain("\n");
  }
}

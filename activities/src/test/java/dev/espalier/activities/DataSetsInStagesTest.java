package dev.espalier.activities;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.activities.shelf.Manifest;
import dev.espalier.compression.CounterRandom;
import dev.espalier.compression.Json;
import dev.espalier.compression.data.Datasets;
import dev.espalier.compression.evaluate.EvaluateConfig;
import dev.espalier.compression.evaluate.ImageClassifier;
import dev.espalier.compression.network.Initialisation;
import dev.espalier.compression.network.Networks;
import dev.espalier.workflows.Artifact;
import dev.espalier.workflows.EvaluateActivity;
import dev.espalier.workflows.FinetuneActivity;
import dev.espalier.workflows.PruneActivity;
import dev.espalier.workflows.TrainActivity;
import io.temporal.failure.ApplicationFailure;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every kind of data set on its way through plan, prune, finetune and evaluate. */
class DataSetsInStagesTest {
  private static final int IMAGES = 260;
  private static final String CLASSIFIER =
      StageBench.CLASSIFIER.replace("\"in_channels\": 1", "\"in_channels\": 3");

  @TempDir private Path folder;
  private StageBench stages;
  private InActivity activities;

  @BeforeEach
  void open() throws Exception {
    stages = new StageBench(folder, datasets());
    activities = new InActivity(stages.bench);
    stages.write(
        "colour-classifier",
        CLASSIFIER,
        Initialisation.pytorch(
            ImageClassifier.of(Json.parse(CLASSIFIER, "test")).declaredShapes(), 2));
  }

  private Datasets datasets() {
    return new Datasets(List.of(folder.resolve("data")), folder.resolve("cache/data"));
  }

  @AfterEach
  void close() {
    activities.close();
  }

  @Test
  void aFolderOfImages() throws Exception {
    pictures(folder.resolve("data/cats"), "png", 20, 17);
    throughAllStages("folder:cats", 16, 0);
  }

  @Test
  void aFolderWithBrokenFiles() throws Exception {
    Path cats = folder.resolve("data/cats");
    pictures(cats, "jpg", 24, 16);
    byte[] whole = Files.readAllBytes(cats.resolve("0003.jpg"));
    Files.write(cats.resolve("cut.jpg"), Arrays.copyOf(whole, whole.length - 20));
    Files.writeString(cats.resolve("text.jpg"), "text");
    Artifact network = network(16);

    assertThat(activities.plan(plan("folder:cats")).data()).isEqualTo("folder:cats");
    ApplicationFailure refused =
        InActivity.failure(() -> activities.prune(prune(network, "folder:cats")));
    assertThat(refused.getType()).isEqualTo("InvalidInput");
    assertThat(refused.getOriginalMessage())
        .isEqualTo(
            "data 'folder:cats': 2 of 262 files cannot be used: cut.jpg (truncated), text.jpg (not"
                + " a PNG, JPEG, BMP or GIF); remove them, or name the data"
                + " 'folder:cats?skip-broken' to leave them out");

    throughAllStages("folder:cats?skip-broken", 16, 2);
  }

  @Test
  void celebA() throws Exception {
    pictures(folder.resolve("data/celeba/img_align_celeba"), "jpg", 178, 218);
    throughAllStages("celeba", 16, 0);
  }

  @Test
  void exportedLsun() throws Exception {
    pictures(folder.resolve("data/lsun/church_outdoor_train"), "jpg", 40, 32);
    throughAllStages("lsun-church", 32, 0);
  }

  @Test
  void aNumpyArray() throws Exception {
    String head = "{'descr': '|u1', 'fortran_order': False, 'shape': (260, 16, 16, 3), }\n";
    byte[] text = head.getBytes(StandardCharsets.US_ASCII);
    byte[] file = new byte[10 + text.length + IMAGES * 768];
    byte[] magic = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (byte) text.length, 0};
    System.arraycopy(magic, 0, file, 0, 10);
    System.arraycopy(text, 0, file, 10, text.length);
    System.arraycopy(noise(0, IMAGES * 768), 0, file, 10 + text.length, IMAGES * 768);
    Files.createDirectories(folder.resolve("data"));
    Files.write(folder.resolve("data/images.npy"), file);
    throughAllStages("npz:images.npy", 16, 0);
  }

  @Test
  void cifar10AlsoTrainsAClassifier() throws Exception {
    Path batches = Files.createDirectories(folder.resolve("data/cifar10/cifar-10-batches-bin"));
    for (int b = 1; b <= 5; b++) {
      byte[] records = noise(b, 52 * 3073);
      for (int i = 0; i < 52; i++) records[i * 3073] = (byte) (i % 10);
      Files.write(batches.resolve("data_batch_" + b + ".bin"), records);
    }
    throughAllStages("cifar10", 32, 0);
    TrainActivity.Result classifier =
        activities.train(
            new TrainActivity.Request(
                "run",
                Json.parse(CLASSIFIER, "test"),
                "cifar10",
                StageBench.finetune(StageBench.DENSE, 2).config()));
    assertThat(classifier.loss()).isFinite().isPositive();
  }

  @Test
  void aFolderHasNoLabelsToLearnFrom() throws Exception {
    pictures(folder.resolve("data/cats"), "png", 20, 17);
    ApplicationFailure refused =
        InActivity.failure(
            () ->
                activities.train(
                    new TrainActivity.Request(
                        "run",
                        Json.parse(CLASSIFIER, "test"),
                        "folder:cats",
                        StageBench.finetune(StageBench.DENSE, 2).config())));
    assertThat(refused.getType()).isEqualTo("InvalidInput");
    assertThat(refused.getOriginalMessage()).contains("'folder:cats'").contains("labels");
  }

  private void throughAllStages(String data, int size, int skipped) throws Exception {
    Artifact network = network(size);
    assertThat(activities.plan(plan(data)).data()).isEqualTo(data);
    PruneActivity.Result pruned = activities.prune(prune(network, data));
    FinetuneActivity.Result tuned = activities.finetune(finetune(pruned.network(), data));
    EvaluateActivity.Result judged = activities.evaluate(evaluate(tuned.network(), network, data));

    assertThat(pruned.parametersAfter()).isLessThan(pruned.parametersBefore());
    assertThat(tuned.loss()).isFinite().isPositive();
    assertThat(tuned.validationLoss()).isFinite().isPositive();
    assertThat(judged.frechetDistance()).isFinite().isPositive();
    for (Artifact made : List.of(pruned.network(), tuned.network(), judged.evaluation())) {
      Manifest manifest = stages.stored(made).manifest();
      assertThat(manifest.numbers().get("skippedImages").asInt()).isEqualTo(skipped);
    }
    assertThat(stages.stored(judged.evaluation()).manifest().numbers().get("realImages").asInt())
        .isEqualTo(IMAGES);

    // A process that starts anew finds everything on the shelf, and reads no pixel for that.
    StageBench again = new StageBench(folder, datasets(), stages.shelf);
    try (InActivity fresh = new InActivity(again.bench)) {
      assertThat(fresh.prune(prune(network, data)).reused()).isTrue();
      assertThat(fresh.finetune(finetune(pruned.network(), data)).reused()).isTrue();
      assertThat(fresh.evaluate(evaluate(tuned.network(), network, data)).reused()).isTrue();
    }
  }

  private Artifact network(int size) throws IOException {
    String config =
        StageBench.UNET
            .replace("_channels\": 1", "_channels\": 3")
            .replace("\"sample_size\": 28", "\"sample_size\": " + size);
    stages.write(
        "colour-unet",
        config,
        Initialisation.pytorch(Networks.of(Json.parse(config, "test")).declaredShapes(), 1));
    return new Artifact("networks/colour-unet");
  }

  private static String plan(String data) {
    return """
        {"network": "colour-unet", "data": "%s", "evaluate": {"extractor": "colour-classifier"}}
        """
        .formatted(data);
  }

  private static PruneActivity.Request prune(Artifact network, String data) {
    return new PruneActivity.Request("run", network, data, StageBench.prune(0.5).config());
  }

  private static FinetuneActivity.Request finetune(Artifact network, String data) {
    return new FinetuneActivity.Request(
        "run", network, data, StageBench.finetune(network, 3).config());
  }

  private static EvaluateActivity.Request evaluate(Artifact network, Artifact dense, String data) {
    return new EvaluateActivity.Request(
        "run",
        network,
        dense,
        data,
        StageBench.json(
            EvaluateConfig.class,
            "{\"samples\": 4, \"steps\": 2, \"batch\": 4, \"extractor\": \"colour-classifier\"}"));
  }

  private static byte[] noise(int seed, int n) {
    byte[] bytes = new byte[n];
    CounterRandom.at(seed, "noise", 0).nextBytes(bytes);
    return bytes;
  }

  private static void pictures(Path folder, String format, int width, int height)
      throws IOException {
    Files.createDirectories(folder);
    for (int i = 0; i < IMAGES; i++) {
      BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_3BYTE_BGR);
      int[] samples = CounterRandom.at(i, "p", 0).ints(width * height * 3, 0, 256).toArray();
      image.getRaster().setPixels(0, 0, width, height, samples);
      ImageIO.write(image, format, folder.resolve("%04d.%s".formatted(i, format)).toFile());
    }
  }
}

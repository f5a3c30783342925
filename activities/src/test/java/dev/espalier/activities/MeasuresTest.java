package dev.espalier.activities;

import static dev.espalier.activities.StageBench.DENSE;
import static dev.espalier.activities.StageBench.prune;
import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.compression.Json;
import dev.espalier.compression.evaluate.EvaluateConfig;
import dev.espalier.compression.evaluate.Measure;
import dev.espalier.workflows.Artifact;
import dev.espalier.workflows.EvaluateActivity;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MeasuresTest {
  private static final String ALL =
      "[\"frechet-distance\", \"prdc\", \"ssim\", \"mse\", \"sliced-wasserstein\","
          + " \"inception-score\"]";

  @TempDir Path folder;
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
  void everyMetricIsTakenWithItsInterval() {
    Artifact pruned = activities.prune(prune(0.5)).network();
    EvaluateActivity.Result result = activities.evaluate(evaluate(pruned, "tiny-classifier", ALL));

    assertThat(result.measures())
        .extracting(Measure::name)
        .containsExactly(
            "frechet-distance",
            "precision",
            "recall",
            "density",
            "coverage",
            "ssim",
            "mse",
            "sliced-wasserstein",
            "inception-score");
    assertThat(result.measures())
        .allSatisfy(
            measure -> {
              assertThat(measure.value()).isFinite();
              assertThat(measure.images()).isEqualTo(12);
              assertThat(measure.interval().low()).isLessThanOrEqualTo(measure.value());
              assertThat(measure.interval().high()).isGreaterThanOrEqualTo(measure.value());
            });
    assertThat(result.measure("frechet-distance").orElseThrow().value())
        .isEqualTo(result.frechetDistance());
    assertThat(result.measure("ssim").orElseThrow().value()).isEqualTo(result.ssim());
    assertThat(result.measure("mse").orElseThrow().value()).isPositive();
    assertThat(result.extractorSha256()).isEqualTo(stages.sha256(extractor()));
    assertThat(stages.counted("espalier_evaluate_measure")).contains("measure=\"recall\"");
  }

  @Test
  void realImagesAreSeenOnceForAllNetworksAndRuns() {
    activities.evaluate(evaluate(DENSE, "tiny-classifier", ALL));
    List<String> made = evaluations();
    Artifact pruned = activities.prune(prune(0.5)).network();
    activities.evaluate(evaluate(pruned, "tiny-classifier", ALL));

    assertThat(made).hasSize(4);
    assertThat(evaluations()).hasSize(5).containsAll(made);
  }

  @Test
  void theDistanceAloneLeavesTheOtherNumbersOutAndStillTravelsAsJson() {
    EvaluateActivity.Result result =
        activities.evaluate(evaluate(DENSE, "tiny-classifier", "[\"frechet-distance\"]"));
    assertThat(result.ssim()).isNaN();
    assertThat(Json.read(Json.write(result), EvaluateActivity.Result.class, "result"))
        .isEqualTo(result);
  }

  @Test
  void aTorchScriptFileIsAnExtractorWhereverItLies(@TempDir Path elsewhere) throws Exception {
    String first = "torchscript:" + means(folder);
    String second = "torchscript:" + means(elsewhere);
    String metrics = "[\"frechet-distance\", \"prdc\"]";
    EvaluateActivity.Result result = activities.evaluate(evaluate(DENSE, first, metrics));

    assertThat(result.extractor()).isEqualTo("means");
    assertThat(result.extractorSha256()).matches("[0-9a-f]{64}");
    assertThat(result.frechetDistance()).isPositive();
    assertThat(activities.evaluate(evaluate(DENSE, second, metrics)).evaluation())
        .isEqualTo(result.evaluation());
  }

  @Test
  void extractorsThatDoNotFitAreRefusedBeforeAnyWork() throws Exception {
    Path file = means(folder);
    refused("inception:" + folder.resolve("none.pth"), "there is no file");
    refused("nvidia-inception:" + file, "fails on images of U8[1, 1, 28, 28]");
    refused("torchscript:" + file, "tells no class probabilities");
    refused("tiny-unet", "legal: a network of class ImageClassifier");
    Files.delete(file.resolveSibling("means.pt.json"));
    refused("torchscript:" + file, "needs " + file + ".json");
    assertThat(stages.shelf.store().listEverything("stages")).isEmpty();
  }

  private void refused(String extractor, String told) {
    String plan =
        """
        {"network": "tiny-unet", "data": "fashion-mnist-t10k",
         "evaluate": {"extractor": "%s", "metrics": %s}}
        """;
    assertThat(InActivity.failure(() -> activities.plan(plan.formatted(extractor, ALL))))
        .hasMessageContaining(told)
        .hasMessageContaining("InvalidInput");
  }

  private static Artifact extractor() {
    return new Artifact("networks/" + StageBench.EXTRACTOR);
  }

  private static Path means(Path folder) throws Exception {
    String resources = "compression/src/test/resources/dev/espalier/compression/evaluate/means.pt";
    Files.writeString(folder.resolve("means.pt.json"), "{\"name\": \"means\", \"size\": 16}");
    return Files.copy(StageBench.root().resolve(resources), folder.resolve("means.pt"));
  }

  private static EvaluateActivity.Request evaluate(
      Artifact network, String extractor, String metrics) {
    String config =
        """
        {"samples": 12, "steps": 2, "batch": 6, "extractor": "%s", "metrics": %s,
         "neighbours": 2, "directions": 10, "splits": 2, "bootstrap": 50}
        """;
    return new EvaluateActivity.Request(
        "run",
        network,
        DENSE,
        StageBench.DATA,
        StageBench.json(EvaluateConfig.class, config.formatted(extractor, metrics)));
  }

  /** Keys of all that evaluating left. */
  private List<String> evaluations() {
    return stages.shelf.store().listEverything("stages/evaluate").stream()
        .filter(object -> object.key().endsWith("stage.json"))
        .map(object -> object.key() + " " + object.etag())
        .toList();
  }
}

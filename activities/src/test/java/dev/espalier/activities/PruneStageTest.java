package dev.espalier.activities;

import static dev.espalier.activities.StageBench.DATA;
import static dev.espalier.activities.StageBench.DENSE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.activities.shelf.Manifest;
import dev.espalier.activities.shelf.StageKey;
import dev.espalier.activities.shelf.StoredArtifact;
import dev.espalier.compression.Json;
import dev.espalier.compression.prune.ImportanceReport;
import dev.espalier.compression.prune.PruneConfig;
import dev.espalier.workflows.Artifact;
import dev.espalier.workflows.PruneActivity;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PruneStageTest {
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

  private static PruneConfig config(String fields) {
    return Json.read(
        "{\"calibrationImages\": 4, \"timestepStride\": 250, \"threshold\": 0, \"seed\": 1, "
            + fields
            + "}",
        PruneConfig.class,
        "test");
  }

  private PruneActivity.Result prune(String fields) {
    return activities.prune(new PruneActivity.Request("run", DENSE, DATA, config(fields)));
  }

  /** What every plan without the newer fields was kept under, still is. */
  @Test
  void keysOfOldPlansAreWhatTheyWere() {
    PruneActivity.Result pruned = prune("\"ratio\": 0.5");
    Manifest manifest = stages.stored(pruned.network()).manifest();
    JsonNode old =
        Json.parse(
            """
            {"criterion": "diff-pruning", "ratio": 0.5, "threshold": 0, "calibrationImages": 4,
             "timestepStride": 250, "seed": 1}
            """,
            "test");
    assertThat(pruned.network().key())
        .isEqualTo("stages/prune/" + StageKey.of("prune", 1, old, manifest.inputs()));
    JsonNode gradients =
        Json.parse(
            """
            {"gradients": "UNTIL_THRESHOLD", "threshold": 0, "calibrationImages": 4,
             "timestepStride": 250, "seed": 1}
            """,
            "test");
    String key = "stages/prune/" + StageKey.of("prune", 1, gradients, manifest.inputs());
    assertThat(stages.stored(new Artifact(key)).manifest().parts())
        .extracting(Manifest.Part::name)
        .containsExactly("gradients.safetensors");
  }

  @Test
  void eachStatisticIsMeasuredOnceForAllCriteriaThatNeedIt() {
    assertThat(prune("\"criterion\": \"lamp\"").timestepsUsed()).isZero();
    assertThat(statistics()).isEmpty();
    assertThat(prune("\"criterion\": \"taylor-second-order\"").timestepsUsed()).isEqualTo(4);
    assertThat(statistics()).hasSize(2);
    prune("\"criterion\": \"taylor\"");
    prune("\"criterion\": \"obd\", \"ratio\": 0.25");
    assertThat(statistics()).hasSize(2);
    prune("\"criterion\": \"fisher\"");
    prune("\"criterion\": \"activation\"");
    assertThat(statistics())
        .extracting(key -> key.substring(key.lastIndexOf('/') + 1))
        .containsExactlyInAnyOrder(
            "gradients.safetensors",
            "curvature.safetensors",
            "squared-gradient.safetensors",
            "activation.safetensors");
    prune("\"criterion\": \"taylor\", \"timestepWeights\": \"obs-diff\"");
    prune("\"criterion\": \"taylor\", \"compat\": \"torch-pruning-1.2.5\"");
    assertThat(statistics()).hasSize(6);
    prune("\"criterion\": \"taylor\", \"compat\": \"torch-pruning-1.6.1\"");
    assertThat(statistics()).hasSize(6);
  }

  private TreeSet<String> statistics() {
    TreeSet<String> keys = new TreeSet<>();
    stages
        .shelf
        .store()
        .listEverything("stages/prune")
        .forEach(
            object -> {
              String key = object.key();
              boolean other = key.endsWith(".json") || key.endsWith("network.safetensors");
              if (!other) keys.add(key);
            });
    return keys;
  }

  @Test
  void importanceIsKeptBesideThePrunedNetwork() {
    StoredArtifact pruned = stages.stored(prune("\"scope\": \"global\"").network());
    ImportanceReport report =
        Json.read(
            new String(pruned.bytes(ImportanceReport.PART), UTF_8),
            ImportanceReport.class,
            ImportanceReport.PART);
    assertThat(report.scope()).isEqualTo("global");
    JsonNode cuts = Json.parse(new String(pruned.bytes("cuts.json"), UTF_8), "cuts.json");
    assertThat(report.groups()).hasSize(cuts.size());
    for (int i = 0; i < cuts.size(); i++) {
      ImportanceReport.Group group = report.groups().get(i);
      assertThat(group.root()).isEqualTo(cuts.get(i).get("root").asText());
      assertThat(group.kept()).isEqualTo(cuts.get(i).get("kept").size());
      assertThat(group.histogram().all().stream().mapToInt(n -> n).sum()).isEqualTo(group.before());
    }
  }

  @Test
  void everyRoundIsMeasuredOnWhatTheOneBeforeLeft() {
    PruneActivity.Result once = prune("\"criterion\": \"taylor\", \"ratio\": 0.5");
    PruneActivity.Result twice = prune("\"criterion\": \"taylor\", \"ratio\": 0.5, \"rounds\": 2");
    assertThat(twice.parametersAfter()).isEqualTo(once.parametersAfter());
    assertThat(twice.network()).isNotEqualTo(once.network());
    // The first round's gradients are those of the dense network, and there already.
    assertThat(statistics()).hasSize(2);
    PruneActivity.Result again = prune("\"criterion\": \"taylor\", \"ratio\": 0.5, \"rounds\": 2");
    assertThat(again.reused()).isTrue();
    assertThat(statistics()).hasSize(2);
  }

  /** As the workflow's turns do it. */
  @Test
  void theRatioOfALaterTurnIsAShareOfTheDenseNetwork() {
    PruneActivity.Result first = prune("\"criterion\": \"magnitude\", \"ratio\": 0.25");
    PruneActivity.Result second =
        activities.prune(
            new PruneActivity.Request(
                "run",
                first.network(),
                DATA,
                config("\"criterion\": \"magnitude\", \"ratio\": 0.5"),
                DENSE));
    PruneActivity.Result once = prune("\"criterion\": \"magnitude\", \"ratio\": 0.5");
    assertThat(second.parametersBefore()).isEqualTo(first.parametersAfter());
    assertThat(second.parametersAfter()).isEqualTo(once.parametersAfter());
    assertThat(second.network()).isNotEqualTo(once.network());
    assertThat(stages.stored(second.network()).manifest().inputs()).hasSize(3);
  }

  @Test
  void aFloorForALayerThatIsNotThereIsRefusedBeforeAnyWork() {
    String plan =
        """
        {"network": "tiny-unet", "data": "fashion-mnist-t10k",
         "prune": {"floors": {"mid_blocks": 0.5}}, "evaluate": {"extractor": "tiny-classifier"}}
        """;
    assertThat(InActivity.failure(() -> activities.plan(plan)).getOriginalMessage())
        .contains("prune.floors")
        .contains("'mid_blocks'");
    assertThat(List.copyOf(statistics())).isEmpty();
  }
}

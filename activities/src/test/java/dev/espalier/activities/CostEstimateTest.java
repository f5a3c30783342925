package dev.espalier.activities;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.activities.shelf.StoredArtifact;
import dev.espalier.compression.Json;
import dev.espalier.workflows.Artifact;
import dev.espalier.workflows.FinetuneActivity;
import dev.espalier.workflows.PruneActivity;
import dev.espalier.workflows.SvsActivity;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CostEstimateTest {
  private static final JsonNode REQUEST =
      Json.parse(
          """
          {"network": "tiny-unet", "data": "fashion-mnist-t10k",
           "prune": {"threshold": 0, "calibrationImages": 16, "timestepStride": 25, "seed": 1},
           "finetune": {"steps": 60, "batch": 16, "validateEvery": 60, "checkpointEvery": 60},
           "evaluate": {"samples": 32, "steps": 5, "batch": 16, "extractor": "tiny-classifier"}}
          """,
          "test");

  @TempDir Path folder;
  private StageBench stages;
  private InActivity activities;
  private DryRun dry;

  @BeforeEach
  void open() throws Exception {
    stages = new StageBench(folder);
    activities = new InActivity(stages.bench);
    dry = new DryRun(stages.bench, InActivity.NO_RECIPES);
  }

  @AfterEach
  void close() {
    activities.close();
  }

  @Test
  void sizesAreThoseThatPruningLeaves() throws Exception {
    DryRun.Outcome outcome = dry.of(REQUEST);
    CostEstimate.Sizes sizes = new CostEstimate(dry, false).sizes(outcome);
    PruneActivity.Result pruned = prune(outcome);
    assertThat(sizes.dense().parameters()).isEqualTo(pruned.parametersBefore());
    assertThat(sizes.pruned().parameters()).isEqualTo(pruned.parametersAfter());
    assertThat(sizes.pruned().macs()).isEqualTo(pruned.macsAfter());
    assertThat(sizes.exact()).isTrue();
    assertThat(new CostEstimate(dry, false).sizes(dry.of(REQUEST))).isEqualTo(sizes);
  }

  @Test
  void withoutAProbeOnlyStorageIsKnown() throws Exception {
    DryRun.Outcome outcome = dry.of(REQUEST);
    Map<Artifact, CostEstimate.Cost> costs = new CostEstimate(dry, false).costs(outcome);
    assertThat(costs).hasSize(6);
    assertThat(costs.values())
        .allSatisfy(
            cost -> {
              assertThat(cost.seconds()).isNull();
              assertThat(cost.memoryBytes()).isNull();
              assertThat(cost.storageBytes()).isPositive();
            });
  }

  /** Bounds are wide: other work may take the machine from either side of the comparison. */
  @Test
  void timeAndStorageAreOfTheOrderOfTheTruth() throws Exception {
    DryRun.Outcome outcome = dry.of(REQUEST);
    Map<Artifact, CostEstimate.Cost> costs = new CostEstimate(dry, true).costs(outcome);
    PruneActivity.Result pruned = prune(outcome);
    SvsActivity.Result scaled =
        activities.svs(new SvsActivity.Request("run", pruned.network(), outcome.plan().svs()));
    FinetuneActivity.Result tuned =
        activities.finetune(
            new FinetuneActivity.Request(
                "run", scaled.network(), outcome.plan().data(), outcome.plan().finetune()));

    compare(costs.get(pruned.network()), pruned.seconds(), 30);
    compare(costs.get(tuned.network()), tuned.seconds(), 30);
    StoredArtifact stored = stages.stored(tuned.network());
    assertThat((double) costs.get(tuned.network()).storageBytes())
        .isBetween(stored.manifest().size() * 0.5, stored.manifest().size() * 10.0);
    assertThat(costs.values())
        .allSatisfy(cost -> assertThat(cost.memoryBytes()).isBetween(50L << 20, 4L << 30));
  }

  /** They are counted by their number; a probe that met one would throw. */
  @Test
  void validationsAreNoPartOfATrainingStep() throws Exception {
    ObjectNode often = REQUEST.deepCopy();
    ((ObjectNode) often.get("finetune")).put("validateEvery", 1);
    assertThat(new CostEstimate(dry, true).costs(dry.of(often))).hasSize(6);
  }

  @Test
  void armsThatShareStatisticsPayForThemOnce() throws Exception {
    CostEstimate estimate = new CostEstimate(dry, false);
    DryRun.Outcome half = dry.of(REQUEST);
    DryRun.Outcome quarter =
        dry.of(
            REQUEST
                .<ObjectNode>deepCopy()
                .setAll(
                    Map.of(
                        "prune",
                        Json.parse(
                            "{\"threshold\": 0, \"calibrationImages\": 16, \"timestepStride\": 25,"
                                + " \"seed\": 1, \"ratio\": 0.25}",
                            "test"))));
    long first = estimate.costs(half).get(half.steps().get(1).result()).storageBytes();
    long second = estimate.costs(quarter).get(quarter.steps().get(1).result()).storageBytes();
    assertThat(second).isLessThan(first);
  }

  private static void compare(CostEstimate.Cost cost, double truth, double factor) {
    assertThat(cost.seconds()).isBetween(truth / factor, truth * factor);
  }

  private PruneActivity.Result prune(DryRun.Outcome outcome) {
    return activities.prune(
        new PruneActivity.Request(
            "run", outcome.plan().dense(), outcome.plan().data(), outcome.plan().prune()));
  }
}

package dev.espalier.activities;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.activities.shelf.ObjectStore;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
import dev.espalier.workflows.Artifact;
import dev.espalier.workflows.CompressionPlan;
import dev.espalier.workflows.EvaluateActivity;
import dev.espalier.workflows.FinetuneActivity;
import dev.espalier.workflows.PruneActivity;
import dev.espalier.workflows.SvsActivity;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DryRunTest {
  private static final JsonNode REQUEST =
      Json.parse(
          """
          {"network": "tiny-unet", "data": "fashion-mnist-t10k",
           "prune": {"threshold": 0, "calibrationImages": 4, "timestepStride": 250, "seed": 1},
           "finetune": {"steps": 2, "batch": 4, "validateEvery": 4, "checkpointEvery": 3},
           "evaluate": {"samples": 6, "steps": 2, "batch": 6, "extractor": "tiny-classifier"}}
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
  void tellsTheKeysThatTheStagesThenHaveAndPutsNothingOnTheShelf() {
    DryRun.Outcome before = dry.of(REQUEST);
    assertThat(shelf()).isEmpty();
    assertThat(before.steps())
        .extracting(DryRun.Step::name)
        .containsExactly(
            "evaluate dense", "prune", "evaluate pruned", "svs", "finetune", "evaluate");
    assertThat(before.steps()).noneMatch(DryRun.Step::reused);

    List<Artifact> made = run(before.plan());
    assertThat(before.steps()).extracting(DryRun.Step::result).isEqualTo(made);
    List<String> shelf = shelf();
    DryRun.Outcome after = dry.of(REQUEST);
    assertThat(after.steps()).allMatch(DryRun.Step::reused);
    assertThat(after.steps()).extracting(DryRun.Step::result).isEqualTo(made);
    assertThat(after.steps().get(1).timesteps()).isEqualTo(4);
    assertThat(shelf()).isEqualTo(shelf);
  }

  @Test
  void whatIsThereIsReusedAndWhatFollowsIsNot() {
    CompressionPlan plan = dry.of(REQUEST).plan();
    activities.prune(new PruneActivity.Request("run", plan.dense(), plan.data(), plan.prune()));
    assertThat(dry.of(REQUEST).steps())
        .filteredOn(DryRun.Step::reused)
        .extracting(DryRun.Step::name)
        .containsExactly("prune");
  }

  @Test
  void refusesWhatTheRunWouldRefuse() {
    assertThatThrownBy(() -> dry.of(Json.parse("{\"network\": \"nope\"}", "test")))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("network 'nope' is neither on the shelf nor in");
    assertThatThrownBy(
            () -> dry.of(Json.parse("{\"network\": \"tiny-unet\", \"data\": \"x\"}", "test")))
        .isInstanceOf(InvalidInput.class);
    assertThat(shelf()).isEmpty();
  }

  /** The stages themselves, in the order of the workflow. */
  private List<Artifact> run(CompressionPlan plan) {
    Artifact dense = evaluate(plan, plan.dense());
    Artifact pruned =
        activities
            .prune(new PruneActivity.Request("run", plan.dense(), plan.data(), plan.prune()))
            .network();
    Artifact judged = evaluate(plan, pruned);
    Artifact scaled = activities.svs(new SvsActivity.Request("run", pruned, plan.svs())).network();
    Artifact tuned =
        activities
            .finetune(new FinetuneActivity.Request("run", scaled, plan.data(), plan.finetune()))
            .network();
    return List.of(dense, pruned, judged, scaled, tuned, evaluate(plan, tuned));
  }

  private Artifact evaluate(CompressionPlan plan, Artifact network) {
    return activities
        .evaluate(
            new EvaluateActivity.Request(
                "run", network, plan.dense(), plan.data(), plan.evaluate()))
        .evaluation();
  }

  private List<String> shelf() {
    return List.of("networks", "stages", "runs").stream()
        .flatMap(prefix -> stages.shelf.store().listEverything(prefix).stream())
        .map(ObjectStore.Stat::toString)
        .toList();
  }
}

package dev.espalier.workflows;

import static dev.espalier.workflows.InProcess.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.temporal.api.enums.v1.EventType;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.client.WorkflowFailedException;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import io.temporal.common.SearchAttributes;
import io.temporal.testing.WorkflowReplayer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What runs tell the server to be found by, and that they do without where it takes nothing. */
@Timeout(600)
class SearchFieldsTest {
  private static final RunView SEARCHABLE =
      new RunView(true, "http://grafana:3000/", "http://store:9000/espalier");

  private final InProcess temporal = new InProcess(SEARCHABLE);

  @AfterEach
  void close() {
    temporal.close();
  }

  @Test
  void aRunIsFoundByWhatItIsAndHowFar() {
    temporal.device.training = new CountDownLatch(1);
    WorkflowStub run = temporal.compress("searched", "{\"prune\": {\"ratio\": 0.3}}");
    temporal.awaitTraining(1);
    SearchAttributes now = fields(run);
    assertThat(now.get(SearchFields.METHOD)).isEqualTo("svs");
    assertThat(now.get(SearchFields.CRITERION)).isEqualTo("diff-pruning");
    assertThat(now.get(SearchFields.RATIO)).isEqualTo(0.3);
    assertThat(now.get(SearchFields.STAGE)).isEqualTo("finetune");
    assertThat(now.get(SearchFields.RUN_STATE)).isEqualTo("running");
    assertThat(now.containsKey(SearchFields.SWEEP)).isFalse();
    assertThat(now.containsKey(SearchFields.FID)).isFalse();

    run.signal("progress", new Progress("finetune", 120, 300, 0.031, 75.0));
    await(() -> fields(run).containsKey(SearchFields.STEP));
    assertThat(fields(run).get(SearchFields.STEP)).isEqualTo(120);
    assertThat(details(run))
        .contains("120 / 300 · loss 0.0310 · 75 s left")
        .contains(
            "[Curves in Grafana](http://grafana:3000/d/espalier-convergence?var-run=searched)");

    run.update("pause", String.class);
    assertThat(fields(run).get(SearchFields.RUN_STATE)).isEqualTo("paused");
    run.update("resume", String.class);
    temporal.device.training.countDown();
    run.getResult(CompressionResult.class);
    SearchAttributes end = fields(run);
    assertThat(end.get(SearchFields.RUN_STATE)).isEqualTo("done");
    assertThat(end.get(SearchFields.STAGE)).isEqualTo("report");
    assertThat(end.get(SearchFields.STEP)).isEqualTo(300);
    assertThat(end.get(SearchFields.FID)).isEqualTo(25);
    assertThat(details(run))
        .contains("[Report](http://store:9000/espalier/runs/searched/report.html)");
  }

  @Test
  void theyCostARunOneEventPerStep() {
    WorkflowStub plain;
    int events;
    try (InProcess without = new InProcess()) {
      plain = without.compress("costs", "{}");
      plain.getResult(CompressionResult.class);
      events = without.client().fetchHistory("costs").getEvents().size();
    }
    WorkflowStub run = temporal.compress("costs", "{}");
    run.getResult(CompressionResult.class);
    List<HistoryEvent> kept = temporal.client().fetchHistory("costs").getEvents();
    int steps = run.query("status", RunStatus.class).total();
    assertThat(kept.size()).isLessThanOrEqualTo(events + steps + 2);
    assertThat(kept)
        .filteredOn(
            event -> event.getEventType() == EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES)
        .hasSize(steps + 1);
  }

  @Test
  void armsAreFoundByTheirSweep() {
    WorkflowStub sweep =
        temporal.sweep("swept", "{\"name\": \"s\", \"axes\": {\"prune.ratio\": [0.3, 0.5]}}");
    SweepResult result = sweep.getResult(SweepResult.class);
    for (SweepArm arm : result.arms()) {
      WorkflowStub run = temporal.client().newUntypedWorkflowStub(arm.run());
      assertThat(fields(run).get(SearchFields.SWEEP)).isEqualTo("swept");
    }
  }

  @Test
  void aSweepIsFoundByHowManyOfItsArmsHaveEndedAndTheBestOfThem() {
    temporal.device.training = new CountDownLatch(1);
    WorkflowStub sweep =
        temporal.sweep("sought", "{\"parallel\": 1, \"axes\": {\"prune.ratio\": [0.3, 0.5, 0.7]}}");
    temporal.awaitTraining(1);
    SearchAttributes now = fields(sweep);
    assertThat(now.get(SearchFields.METHOD)).isEqualTo("sweep");
    assertThat(now.get(SearchFields.SWEEP)).isEqualTo("sought");
    assertThat(now.get(SearchFields.STAGE)).isEqualTo("arms");
    assertThat(now.get(SearchFields.RUN_STATE)).isEqualTo("running");
    assertThat(now.containsKey(SearchFields.STEP)).isFalse();
    assertThat(now.containsKey(SearchFields.FID)).isFalse();

    sweep.update("pause", String.class);
    assertThat(fields(sweep).get(SearchFields.RUN_STATE)).isEqualTo("paused");
    sweep.update("resume", String.class);
    assertThat(fields(sweep).get(SearchFields.RUN_STATE)).isEqualTo("running");
    temporal.device.training.countDown();
    sweep.getResult(SweepResult.class);
    SearchAttributes end = fields(sweep);
    assertThat(end.get(SearchFields.RUN_STATE)).isEqualTo("done");
    assertThat(end.get(SearchFields.STAGE)).isEqualTo("report");
    assertThat(end.get(SearchFields.STEP)).isEqualTo(3);
    assertThat(end.get(SearchFields.FID)).isEqualTo(25);
    assertThat(details(sweep))
        .contains("[Arms in Grafana](http://grafana:3000/d/espalier-compare?var-experiment=sweep)")
        .contains("[Report](http://store:9000/espalier/runs/sought/report.html)");
    assertThat(upserts("sought", "")).extracting(told -> told.get("Step")).contains("1", "2", "3");
  }

  @Test
  void aSweepThatRanksByAnotherNumberHasNoFid() {
    WorkflowStub sweep =
        temporal.sweep("ssim", "{\"objective\": \"ssim\", \"axes\": {\"prune.ratio\": [0.3]}}");
    sweep.getResult(SweepResult.class);
    assertThat(fields(sweep).get(SearchFields.STEP)).isEqualTo(1);
    assertThat(fields(sweep).containsKey(SearchFields.FID)).isFalse();
  }

  @Test
  void howASweepEndedIsFound() {
    temporal.device.failingRatio = 0.3;
    WorkflowStub failed = temporal.sweep("all", "{\"axes\": {\"prune.ratio\": [0.3]}}");
    assertThatThrownBy(() -> failed.getResult(SweepResult.class))
        .isInstanceOf(WorkflowFailedException.class);
    assertThat(fields(failed).get(SearchFields.RUN_STATE)).isEqualTo("failed");
    assertThat(fields(failed).get(SearchFields.STAGE)).isEqualTo("arms");

    WorkflowStub invalid = temporal.sweep("none", "{\"axes\": {}}");
    assertThatThrownBy(() -> invalid.getResult(SweepResult.class))
        .isInstanceOf(WorkflowFailedException.class);
    assertThat(fields(invalid).get(SearchFields.RUN_STATE)).isEqualTo("failed");
    assertThat(fields(invalid).get(SearchFields.STAGE)).isEqualTo("plan");

    temporal.device.training = new CountDownLatch(1);
    WorkflowStub cancelled = temporal.sweep("ended", "{\"axes\": {\"prune.ratio\": [0.5]}}");
    temporal.awaitTraining(1);
    cancelled.cancel();
    assertThatThrownBy(() -> cancelled.getResult(SweepResult.class))
        .isInstanceOf(WorkflowFailedException.class);
    assertThat(fields(cancelled).get(SearchFields.RUN_STATE)).isEqualTo("cancelled");
  }

  @Test
  void aSweepThatContinuesAsNewTakesThemAlong() {
    System.setProperty(SweepWorkflowImpl.LONG_HISTORY, "40");
    try {
      WorkflowStub sweep =
          temporal.sweep(
              "long",
              """
              {"parallel": 1, "plan": {"finetune": {"steps": 0}},
               "axes": {"prune.ratio": {"low": 0.1, "high": 0.8, "points": 8}}}
              """);
      String first = sweep.getExecution().getRunId();
      sweep.getResult(SweepResult.class);
      List<Map<String, String>> before = upserts("long", first);
      assertThat(before.get(before.size() - 1)).containsEntry("RunState", "\"continued\"");
      int ended = before.stream().mapToInt(told -> step(told)).max().orElseThrow();
      assertThat(ended).isBetween(2, 7);
      String next = temporal.continuedAs("long", first);
      assertThat(upserts("long", next).get(0))
          .containsEntry("RunState", "\"running\"")
          .containsEntry("Method", "\"sweep\"")
          .containsEntry("Sweep", "\"long\"")
          .containsEntry("Stage", "\"arms\"")
          .containsEntry("Step", String.valueOf(ended))
          .containsKey("Fid");
      SearchAttributes end = fields(temporal.client().newUntypedWorkflowStub("long"));
      assertThat(end.get(SearchFields.STEP)).isEqualTo(8);
      assertThat(end.get(SearchFields.RUN_STATE)).isEqualTo("done");
    } finally {
      System.clearProperty(SweepWorkflowImpl.LONG_HISTORY);
    }
  }

  @Test
  void manyArmsAreToldOfSome20Times() {
    WorkflowStub sweep =
        temporal.sweep(
            "many",
            """
            {"parallel": 8, "plan": {"finetune": {"steps": 0}, "svs": {"enabled": false}},
             "axes": {"prune.ratio": {"low": 0.01, "high": 0.9, "points": 100}}}
            """);
    sweep.getResult(SweepResult.class);
    assertThat(upserts("many", "")).hasSizeBetween(15, 25);
    assertThat(fields(sweep).get(SearchFields.STEP)).isEqualTo(100);
  }

  @Test
  void howARunFailedIsSaidInOneLineAndFound() {
    temporal.device.failingRatio = 0.3;
    WorkflowStub run = temporal.compress("fails", "{\"prune\": {\"ratio\": 0.3}}");
    assertThatThrownBy(() -> run.getResult(CompressionResult.class))
        .isInstanceOf(WorkflowFailedException.class)
        .cause()
        .hasMessageStartingWith("message='prune: loss is NaN at step 3', type='DivergedLoss'");
    assertThat(fields(run).get(SearchFields.RUN_STATE)).isEqualTo("failed");
    assertThat(fields(run).get(SearchFields.STAGE)).isEqualTo("prune");
    assertThat(details(run)).contains("loss is NaN at step 3");

    WorkflowStub invalid = temporal.compress("invalid", "{\"prune\": {\"ratio\": 7}}");
    assertThatThrownBy(() -> invalid.getResult(CompressionResult.class))
        .cause()
        .hasMessageStartingWith("message='plan: prune.ratio");
    assertThat(fields(invalid).get(SearchFields.RUN_STATE)).isEqualTo("failed");
  }

  @Test
  void whatTheUiCopiesFromAnotherRunIsForgotten() {
    temporal.device.training = new CountDownLatch(1);
    WorkflowStub run =
        temporal
            .client()
            .newUntypedWorkflowStub(
                "CompressionWorkflow",
                WorkflowOptions.newBuilder(StageOptions.run("copied", "a test"))
                    .setTypedSearchAttributes(
                        SearchAttributes.newBuilder()
                            .set(SearchFields.FID, 3.5)
                            .set(SearchFields.RUN_STATE, "done")
                            .build())
                    .build());
    run.start(InProcess.json("{}"));
    temporal.awaitTraining(1);
    assertThat(fields(run).get(SearchFields.RUN_STATE)).isEqualTo("running");
    assertThat(fields(run).get(SearchFields.FID)).isNull();
  }

  @Test
  void aWorkerTakesOverWhateverItsOwnServerHas() throws Exception {
    WorkflowStub kept = temporal.compress("kept", "{}");
    kept.getResult(CompressionResult.class);
    var with = temporal.client().fetchHistory("kept");
    try (InProcess plain = new InProcess()) {
      WorkflowReplayer.replayWorkflowExecution(with, plain.workflows);
      plain.compress("plain", "{}").getResult(CompressionResult.class);
      WorkflowReplayer.replayWorkflowExecution(
          plain.client().fetchHistory("plain"), temporal.workflows);
    }
  }

  @Test
  void aSignalWithoutArgumentOrOfAnotherStageDoesNothing() {
    temporal.device.training = new CountDownLatch(1);
    WorkflowStub run = temporal.compress("odd", "{}");
    temporal.awaitTraining(1);
    run.signal("progress");
    run.signal("progress", new Progress("prune", 1, 2, null, null));
    temporal.device.training.countDown();
    assertThat(run.getResult(CompressionResult.class).report()).isNotNull();
    assertThat(fields(run).get(SearchFields.STEP)).isEqualTo(300);
  }

  /** What a history told, in turn, as JSON. */
  private List<Map<String, String>> upserts(String id, String run) {
    return temporal.client().fetchHistory(id, run).getEvents().stream()
        .filter(HistoryEvent::hasUpsertWorkflowSearchAttributesEventAttributes)
        .map(
            event ->
                event
                    .getUpsertWorkflowSearchAttributesEventAttributes()
                    .getSearchAttributes()
                    .getIndexedFieldsMap())
        .map(
            told ->
                told.entrySet().stream()
                    .collect(
                        Collectors.toMap(
                            Map.Entry::getKey, field -> field.getValue().getData().toStringUtf8())))
        .toList();
  }

  private static int step(Map<String, String> told) {
    return Integer.parseInt(told.getOrDefault("Step", "0"));
  }

  private static SearchAttributes fields(WorkflowStub run) {
    return run.describe().getTypedSearchAttributes();
  }

  private static String details(WorkflowStub run) {
    return run.query("__temporal_workflow_metadata", io.temporal.api.sdk.v1.WorkflowMetadata.class)
        .getCurrentDetails();
  }
}

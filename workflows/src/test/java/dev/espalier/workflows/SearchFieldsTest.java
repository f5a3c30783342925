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
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What runs tell the server to be found by, and that they do without where it takes nothing. */
@Timeout(60)
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

  private static SearchAttributes fields(WorkflowStub run) {
    return run.describe().getTypedSearchAttributes();
  }

  private static String details(WorkflowStub run) {
    return run.query("__temporal_workflow_metadata", io.temporal.api.sdk.v1.WorkflowMetadata.class)
        .getCurrentDetails();
  }
}

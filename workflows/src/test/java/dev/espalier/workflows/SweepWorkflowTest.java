package dev.espalier.workflows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.espalier.compression.Json;
import io.temporal.client.WorkflowFailedException;
import io.temporal.client.WorkflowStub;
import io.temporal.failure.ApplicationFailure;
import io.temporal.failure.CanceledFailure;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SweepWorkflowTest {
  private static final String GRID =
      """
      {"name": "grid", "plan": {"finetune": {"steps": 10}}, "parallel": 2,
       "axes": {"prune.ratio": [0.7, 0.5], "svs.enabled": [false, true]}}
      """;

  private final InProcess temporal = new InProcess();

  @AfterEach
  void close() {
    temporal.close();
  }

  @Test
  void runsEveryPointOfTheGridAndPutsTheBestFirst() {
    SweepResult result = result(temporal.sweep("sweep-grid", GRID));
    assertThat(result.arms())
        .extracting(SweepArm::label)
        .containsExactly(
            "prune.ratio=0.5 svs.enabled=true",
            "prune.ratio=0.5 svs.enabled=false",
            "prune.ratio=0.7 svs.enabled=true",
            "prune.ratio=0.7 svs.enabled=false");
    assertThat(result.arms())
        .allMatch(arm -> arm.state() == RunStatus.State.DONE)
        .extracting(arm -> arm.result().finetuned().frechetDistance())
        .containsExactly(45.0, 50.0, 65.0, 70.0);
    assertThat(result.report()).isEqualTo("runs/sweep-grid/report.html");
    ReportActivity.Request last = temporal.desk.reports.get(4);
    assertThat(last.runs())
        .as("the last report is about all arms, in the grid's order")
        .extracting(run -> last.labels().get(run))
        .containsExactly(
            "prune.ratio=0.7 svs.enabled=false",
            "prune.ratio=0.7 svs.enabled=true",
            "prune.ratio=0.5 svs.enabled=false",
            "prune.ratio=0.5 svs.enabled=true");
    assertThat(result.progress()).isEqualTo(new SweepProgress(4, 4, 0, 0, 18, 4, 2));
  }

  @Test
  void theReportIsToldWhatTheArmsAreCalledAndWhatIsPublishedOfThem() {
    String named =
        """
        {"name": "named", "arms": {"half": {"prune": {"ratio": 0.5}}, "most": {"prune": {"ratio": 0.7}}},
         "published": {"source": "a paper", "rows": [
           {"arm": "half", "name": "theirs", "values": {"FID": 5.29}}]}}
        """;
    SweepResult result = result(temporal.sweep("sweep-named", named));
    ReportActivity.Request last = temporal.desk.reports.get(2);
    assertThat(last.labels()).hasSize(2);
    for (SweepArm arm : result.arms()) {
      assertThat(last.labels()).containsEntry(arm.run(), arm.label());
    }
    assertThat(last.labels().values()).containsExactlyInAnyOrder("half", "most");
    assertThat(last.published().rows().get(0).values()).containsEntry("FID", 5.29);
    assertThat(last.published().rows().get(0).network()).isEqualTo("finetuned");
  }

  @Test
  void namesAnArmAfterItsResolvedPlanWhateverItWasWrittenWith() {
    List<SweepArm> first = result(temporal.sweep("one", GRID)).arms();
    String other =
        GRID.replace(
            "{\"finetune\"",
            "{\"svs\": {\"power\": 0.5}, \"data\": \"fashion-mnist\", \"finetune\"");
    List<SweepArm> again = result(temporal.sweep("two", other)).arms();
    assertThat(again)
        .extracting(SweepArm::run)
        .isEqualTo(first.stream().map(SweepArm::run).toList());
    assertThat(first)
        .extracting(SweepArm::run)
        .doesNotHaveDuplicates()
        .allMatch(run -> run.matches("grid-[0-9a-f]{12}"));
    assertThat(first.get(0).result().plan().fingerprint())
        .isEqualTo(first.get(0).run().substring(5));
  }

  @Test
  void runsPointsThatComeToTheSameWorkOnce() {
    String twice = "{\"axes\": {\"prune.ratio\": [0.5, 0.50], \"evaluate.seed\": [1, null]}}";
    assertThat(result(temporal.sweep("twice", twice)).arms()).hasSize(1);
    assertThat(temporal.device.calls).filteredOn(call -> call.startsWith("prune")).hasSize(1);
  }

  @Test
  void keepsNoMoreArmsAtWorkThanAllowed() throws InterruptedException {
    temporal.device.gate = new CountDownLatch(1);
    WorkflowStub sweep = temporal.sweep("window", GRID);
    while (temporal.device.underWay.size() < 2) Thread.sleep(10);
    assertThat(leaderboard(sweep))
        .extracting(SweepArm::state)
        .containsExactly(
            RunStatus.State.RUNNING,
            RunStatus.State.RUNNING,
            RunStatus.State.WAITING,
            RunStatus.State.WAITING);
    temporal.device.gate.countDown();
    result(sweep);
    assertThat(temporal.device.mostUnderWay).hasValue(2);
  }

  @Test
  void anArmThatFailsLeavesTheOthersAlone() {
    temporal.device.failingRatio = 0.7;
    SweepResult result = result(temporal.sweep("failing", GRID));
    assertThat(result.arms())
        .extracting(SweepArm::state)
        .containsExactly(
            RunStatus.State.DONE,
            RunStatus.State.DONE,
            RunStatus.State.FAILED,
            RunStatus.State.FAILED);
    assertThat(result.arms().get(2).note()).isEqualTo("loss is NaN at step 3");
    assertThat(temporal.desk.reports.get(2).runs()).hasSize(2);
    assertThat(result.progress().failed()).isEqualTo(2);
  }

  @Test
  void failsWhereEveryArmDoes() {
    temporal.device.failingRatio = 0.7;
    assertThat(failure(temporal.sweep("all", "{\"axes\": {\"prune.ratio\": [0.7]}}")))
        .extracting(ApplicationFailure::getOriginalMessage)
        .isEqualTo("no arm of sweep 'sweep' succeeded; first: loss is NaN at step 3");
  }

  @Test
  void anArmOutOfRangeStopsTheSweepBeforeAnyArmStarts() {
    ApplicationFailure failure =
        failure(temporal.sweep("range", "{\"axes\": {\"prune.ratio\": [0.5, 1.5]}}"));
    assertThat(failure.getType()).isEqualTo("InvalidInput");
    assertThat(failure.getOriginalMessage())
        .startsWith("arm prune.ratio=1.5: plan: prune.ratio is 1.5; legal");
    assertThat(temporal.device.calls).isEmpty();
  }

  @Test
  void withoutAxesItSaysWhatIsMissing() {
    assertThat(failure(temporal.start(SweepWorkflow.class, "nothing")).getOriginalMessage())
        .isEqualTo(
            "sweep: axes is empty; name at least one, such as {\"prune.ratio\": [0.5, 0.7]}");
  }

  @Test
  void startedAgainItRunsItsArmsAgainUnderTheSameIds() {
    String one = "{\"axes\": {\"prune.ratio\": [0.5]}}";
    String run = result(temporal.sweep("first", one)).arms().get(0).run();
    SweepArm again = result(temporal.sweep("second", one)).arms().get(0);
    assertThat(again.run()).isEqualTo(run);
    assertThat(again.state()).isEqualTo(RunStatus.State.DONE);
  }

  @Test
  void waitsForAnArmThatIsUnderWayElsewhere() throws InterruptedException {
    CompressionPlan plan =
        PlanRequest.resolve(InProcess.json("{\"prune\": {\"ratio\": 0.5}}"), FakeDesk::recipe);
    temporal.device.gate = new CountDownLatch(1);
    WorkflowStub elsewhere = temporal.compress("sweep-" + plan.fingerprint(), Json.write(plan));
    while (temporal.device.underWay.isEmpty()) Thread.sleep(10);
    WorkflowStub sweep = temporal.sweep("waiting", "{\"axes\": {\"prune.ratio\": [0.5]}}");
    while (leaderboard(sweep).isEmpty() || leaderboard(sweep).get(0).note() == null) {
      Thread.sleep(10);
    }
    assertThat(leaderboard(sweep).get(0).note()).isEqualTo("the same run is under way elsewhere");
    temporal.device.gate.countDown();
    elsewhere.getResult(CompressionResult.class);
    assertThat(result(sweep).arms().get(0).state()).isEqualTo(RunStatus.State.DONE);
  }

  @Test
  void cancelledItCancelsItsArms() throws InterruptedException {
    temporal.device.gate = new CountDownLatch(1);
    WorkflowStub sweep = temporal.sweep("cancelled", GRID);
    while (temporal.device.underWay.size() < 2) Thread.sleep(10);
    sweep.cancel();
    for (String arm : temporal.device.underWay) awaitCancelRequest(arm);
    temporal.device.gate.countDown();
    WorkflowFailedException failed =
        catchThrowableOfType(WorkflowFailedException.class, () -> result(sweep));
    assertThat(failed).hasCauseInstanceOf(CanceledFailure.class);
    assertThat(temporal.device.calls).noneMatch(call -> call.startsWith("finetune"));
  }

  private void awaitCancelRequest(String run) throws InterruptedException {
    while (!temporal.history(run).contains("WORKFLOW_EXECUTION_CANCEL_REQUESTED")) {
      Thread.sleep(20);
    }
  }

  private static SweepResult result(WorkflowStub sweep) {
    return sweep.getResult(SweepResult.class);
  }

  private static List<SweepArm> leaderboard(WorkflowStub sweep) {
    return sweep.query("leaderboard", List.class, new TypeReference<List<SweepArm>>() {}.getType());
  }

  private static ApplicationFailure failure(WorkflowStub sweep) {
    WorkflowFailedException failed =
        catchThrowableOfType(WorkflowFailedException.class, () -> result(sweep));
    return (ApplicationFailure) failed.getCause();
  }
}

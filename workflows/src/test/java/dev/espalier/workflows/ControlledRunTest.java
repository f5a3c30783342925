package dev.espalier.workflows;

import static dev.espalier.workflows.InProcess.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.espalier.compression.Json;
import io.temporal.client.WorkflowFailedException;
import io.temporal.client.WorkflowStub;
import io.temporal.client.WorkflowUpdateException;
import io.temporal.client.WorkflowUpdateHandle;
import io.temporal.client.WorkflowUpdateStage;
import io.temporal.failure.ApplicationFailure;
import io.temporal.failure.CanceledFailure;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Runs that are paused, resumed, extended and cancelled while they are under way. */
@Timeout(600)
class ControlledRunTest {
  private final InProcess temporal = new InProcess();

  @AfterEach
  void close() {
    temporal.close();
  }

  @Test
  void aPauseFreesTheDeviceAndResumingCallsTheStageAgain() {
    WorkflowStub run = training();

    assertThat(ask(run, "pause")).isEqualTo("paused; finetune goes on when it is resumed");
    assertThat(temporal.device.atWork).hasValue(0);
    assertThat(temporal.device.calls).endsWith("finetune stages/svs/50", "finetune saves");
    RunStatus status = status(run);
    assertThat(status.paused()).isTrue();
    assertThat(status.stage()).isEqualTo("finetune");
    assertThat(status.steps().get(5).state()).isEqualTo(RunStatus.State.PAUSED);
    assertThat(details(run)).contains("**Paused**").contains("finetune").contains("‖\u00a0paused");

    temporal.device.training.countDown();
    assertThat(ask(run, "resume")).isEqualTo("resumed; finetune goes on");
    CompressionResult result = result(run);
    assertThat(result.finetune().steps()).isEqualTo(300);
    assertThat(temporal.device.calls)
        .endsWith("finetune saves", "finetune stages/svs/50", "evaluate stages/finetune/svs-50");
    assertThat(status(run).paused()).isFalse();
  }

  @Test
  void aStageThatEndsAllTheSameCountsAsDoneAndTheNextIsHeld() {
    temporal.device.gate = new CountDownLatch(1);
    WorkflowStub run = temporal.compress("between", "{}");
    await(() -> temporal.device.calls.contains("prune networks/fashion-ddpm"));
    WorkflowUpdateHandle<String> pause =
        run.startUpdate("pause", WorkflowUpdateStage.ACCEPTED, String.class);
    await(() -> status(run).paused());
    assertThat(details(run)).contains("**Pausing**");
    temporal.device.gate.countDown();

    assertThat(pause.getResult()).isEqualTo("paused; evaluate pruned goes on when it is resumed");
    assertThat(status(run).done()).isEqualTo(3);
    ask(run, "resume");
    assertThat(result(run).report()).isNotNull();
    assertThat(temporal.device.calls).filteredOn(call -> call.startsWith("prune")).hasSize(1);
  }

  @Test
  void aPauseDuringARetrysBackOffHoldsToo() {
    temporal.device.faults.set(Integer.MAX_VALUE);
    WorkflowStub run = temporal.compress("back-off", "{}");
    await(() -> pruned() >= 2);

    assertThat(ask(run, "pause")).isEqualTo("paused; prune goes on when it is resumed");
    int tried = pruned();
    temporal.device.faults.set(0);
    ask(run, "resume");

    assertThat(result(run).report()).isNotNull();
    assertThat(pruned()).isEqualTo(tried + 1);
  }

  private int pruned() {
    return (int)
        List.of(temporal.device.calls.toArray(String[]::new)).stream()
            .filter(call -> call.startsWith("prune"))
            .count();
  }

  @Test
  void aStageThatFailsForGoodWhileItIsPausedFailsTheRun() {
    WorkflowStub run = training();
    temporal.device.stopped =
        ApplicationFailure.newNonRetryableFailure("loss is NaN at step 3", "DivergedLoss");

    assertThat(ask(run, "pause")).isEqualTo("the run ended");
    WorkflowFailedException failed =
        catchThrowableOfType(WorkflowFailedException.class, () -> result(run));
    assertThat(failed)
        .hasRootCauseMessage(
            "message='loss is NaN at step 3', type='DivergedLoss', nonRetryable=true");
  }

  @Test
  void cancelledWhilePausedItEnds() {
    WorkflowStub run = training();
    ask(run, "pause");
    run.cancel();
    WorkflowFailedException failed =
        catchThrowableOfType(WorkflowFailedException.class, () -> result(run));
    assertThat(failed).hasCauseInstanceOf(CanceledFailure.class);
    assertThat(temporal.device.calls).endsWith("finetune saves");
  }

  @Test
  void cancelledAtWorkItSavesAndEnds() {
    WorkflowStub run = training();
    run.cancel();
    WorkflowFailedException failed =
        catchThrowableOfType(WorkflowFailedException.class, () -> result(run));
    assertThat(failed.getCause()).isInstanceOf(CanceledFailure.class);
    assertThat(temporal.device.calls).endsWith("finetune saves");
    assertThat(details(run)).contains("cancelled");
  }

  @Test
  void signalsDoTheSameAndAskingTwiceIsNoError() {
    WorkflowStub run = training();
    run.signal("pause");
    run.signal("pause");
    await(() -> temporal.device.calls.contains("finetune saves"));
    await(() -> status(run).steps().get(5).state() == RunStatus.State.PAUSED);
    temporal.device.training.countDown();
    run.signal("extend", InProcess.json("{\"steps\": 0}"));
    run.signal("extend", InProcess.json("{\"steps\": 5}"));
    run.signal("resume");
    run.signal("resume");
    assertThat(result(run).finetune().steps()).isEqualTo(305);
  }

  @Test
  void aSecondPauseAndAResumeOfWhatRunsAreRefusedInOneLine() {
    WorkflowStub run = training();
    assertThat(refusal(run, "resume")).isEqualTo("the run is not paused");
    ask(run, "pause");
    assertThat(refusal(run, "pause")).isEqualTo("the run is paused already");
    assertThat(temporal.history("controlled")).doesNotContain("the run is paused already");
  }

  @Test
  void aTrainingAtWorkIsExtendedFromWhereItIs() {
    WorkflowStub run = training();

    assertThat(extend(run, "{\"steps\": 100}")).isEqualTo("finetune: 300 → 400 steps");
    await(() -> temporal.device.calls.contains("finetune saves"));
    assertThat(extend(run, "{\"steps\": 11}")).isEqualTo("finetune: 400 → 411 steps");
    temporal.device.training.countDown();

    CompressionResult result = result(run);
    assertThat(result.finetune().steps()).isEqualTo(411);
    assertThat(result.plan().finetune().steps()).isEqualTo(411);
    assertThat(result.plan().fingerprint())
        .as("as if asked for at first")
        .isEqualTo(plan("{\"finetune\": {\"steps\": 411}}").fingerprint());
    assertThat(run.query("plan", CompressionPlan.class)).isEqualTo(result.plan());
    assertThat(temporal.desk.reports.get(0).results().get(0).plan()).isEqualTo(result.plan());
  }

  @Test
  void aTrainingIsExtendedBeforeItBeginsAndWhileItIsPaused() {
    temporal.device.gate = new CountDownLatch(1);
    temporal.device.training = new CountDownLatch(1);
    WorkflowStub run = temporal.compress("early", "{\"recipe\": \"quick\"}");
    await(() -> temporal.device.calls.size() == 2);
    assertThat(extend(run, "{\"steps\": 10}")).isEqualTo("finetune: 10 → 20 steps");
    temporal.device.gate.countDown();
    temporal.awaitTraining(1);
    ask(run, "pause");
    extend(run, "{\"steps\": 1}");
    temporal.device.training.countDown();
    ask(run, "resume");
    assertThat(result(run).finetune().steps()).isEqualTo(21);
    assertThat(status(run).steps().get(5).summary()).isEqualTo("21 steps of 8 images");
  }

  @Test
  void earlierTurnsKeepTheirLength() {
    CompressionPlan turns = plan("{\"iterate\": {\"rounds\": 2}}").extended(new Extension(5));
    assertThat(turns.finetune().steps()).isEqualTo(305);
    assertThat(turns.iterate()).isEqualTo(new Iteration(2, 300));
    CompressionPlan named = plan("{\"iterate\": {\"rounds\": 2, \"finetuneSteps\": 7}}");
    assertThat(named.extended(new Extension(5)).iterate()).isEqualTo(named.iterate());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "null | extend: steps is missing; legal is an object such as {\"steps\": 100}",
        "{} | extend: steps is missing; legal is an object such as {\"steps\": 100}",
        "7 | extend: expected a JSON object, got 7",
        "{\"steps\": 0} | extend: steps is 0; legal are 1 to 10000000 more steps",
        "{\"steps\": 10000000} | extend: finetune.steps is 10000300; legal are 0 to 10000000",
        "{\"step\": 1, \"steps\": 1} | extend: unknown field 'step'; legal here are: steps",
      })
  void anExtensionThatIsNoneIsRefusedInOneLine(String request, String line) {
    WorkflowStub run = training();
    assertThat(refusal(run, "extend", InProcess.json(request))).isEqualTo(line);
  }

  @Test
  void whatHasNothingToExtendSaysSo() {
    temporal.device.gate = new CountDownLatch(1);
    WorkflowStub untrained = temporal.compress("untrained", "{\"finetune\": {\"steps\": 0}}");
    await(() -> temporal.device.calls.size() == 2);
    assertThat(refusal(untrained, "extend", InProcess.json("{\"steps\": 1}")))
        .isEqualTo("finetune.steps is 0; this plan trains nothing");
    temporal.device.gate.countDown();

    temporal.desk.gate = new CountDownLatch(1);
    WorkflowStub late = temporal.compress("late", "{}");
    await(() -> "report".equals(status(late).stage()));
    assertThat(refusal(late, "extend", InProcess.json("{\"steps\": 1}")))
        .startsWith("finetune is over; `espalier extend` starts a longer run");
    temporal.desk.gate.countDown();
    result(late);
  }

  @Test
  void aTrainingFromRandomWeightsIsPausedAndExtendedLikewise() {
    temporal.device.training = new CountDownLatch(1);
    WorkflowStub run =
        temporal.start(
            TrainWorkflow.class,
            "train",
            InProcess.json("{\"network\": {}, \"finetune\": {\"steps\": 50}}"));
    temporal.awaitTraining(1);
    assertThat(ask(run, "pause")).isEqualTo("paused; train goes on when it is resumed");
    assertThat(status(run).stage()).isEqualTo("train");
    assertThat(extend(run, "{\"steps\": 25}")).isEqualTo("train: 50 → 75 steps");
    temporal.device.training.countDown();
    ask(run, "resume");
    assertThat(run.getResult(TrainActivity.Result.class).steps()).isEqualTo(75);
    assertThat(run.query("plan", TrainPlan.class).finetune().steps()).isEqualTo(75);
    assertThat(temporal.device.calls).containsExactly("train", "train saves", "train");
  }

  @Test
  void aSweepPausesItsArmsAndStartsNoOther() {
    temporal.device.training = new CountDownLatch(1);
    WorkflowStub sweep =
        temporal.sweep(
            "sweep", "{\"parallel\": 2, \"axes\": {\"prune.ratio\": [0.3, 0.5, 0.7, 0.9]}}");
    temporal.awaitTraining(2);

    assertThat(ask(sweep, "pause"))
        .isEqualTo("2 arms are told to pause; no other is started until the sweep is resumed");
    temporal.awaitTraining(0);
    assertThat(refusal(sweep, "pause")).isEqualTo("the run is paused already");
    assertThat(sweep.query("paused", Boolean.class)).isTrue();
    assertThat(details(sweep)).contains("**Paused**");
    temporal.device.training.countDown();
    assertThat(ask(sweep, "resume")).isEqualTo("2 arms are told to resume; the others follow");

    SweepResult result = sweep.getResult(SweepResult.class);
    assertThat(result.arms()).hasSize(4).allMatch(arm -> arm.state() == RunStatus.State.DONE);
    assertThat(temporal.device.calls).filteredOn("finetune saves"::equals).hasSize(2);
  }

  @Test
  void aSweepPausedBetweenArmsHoldsTheNext() {
    temporal.device.gate = new CountDownLatch(1);
    WorkflowStub sweep =
        temporal.sweep("held", "{\"parallel\": 1, \"axes\": {\"prune.ratio\": [0.3, 0.5]}}");
    await(() -> temporal.device.underWay.size() == 1);
    String arm = temporal.device.underWay.iterator().next();
    assertThat(ask(sweep, "pause")).startsWith("1 arms are told to pause");
    temporal.device.gate.countDown();
    WorkflowStub first = temporal.server.getWorkflowClient().newUntypedWorkflowStub(arm);
    await(() -> status(first).steps().get(3).state() == RunStatus.State.PAUSED);
    ask(first, "resume");
    first.getResult(CompressionResult.class);
    assertThat(temporal.device.calls).filteredOn(call -> call.startsWith("prune")).hasSize(1);
    ask(sweep, "resume");
    assertThat(sweep.getResult(SweepResult.class).arms()).hasSize(2);
  }

  /** A run whose finetune is at work and goes on until it is let. */
  private WorkflowStub training() {
    temporal.device.training = new CountDownLatch(1);
    WorkflowStub run = temporal.compress("controlled", "{}");
    temporal.awaitTraining(1);
    return run;
  }

  private static CompressionPlan plan(String request) {
    return PlanRequest.resolve(InProcess.json(request), FakeDesk::recipe);
  }

  private static String ask(WorkflowStub run, String update) {
    return run.update(update, String.class);
  }

  private static String extend(WorkflowStub run, String request) {
    return run.update("extend", String.class, InProcess.json(request));
  }

  private static String refusal(WorkflowStub run, String update, Object... arguments) {
    WorkflowUpdateException refused =
        catchThrowableOfType(
            WorkflowUpdateException.class, () -> run.update(update, String.class, arguments));
    assertThat(InvalidInputFailure.line(refused)).as("%s", refused.getCause()).isPresent();
    ApplicationFailure failure = (ApplicationFailure) refused.getCause();
    // Where one came along, the place of its origin comes first; else this thread's.
    assertThat(failure.getStackTrace()[0].getClassName()).startsWith("io.temporal.");
    return failure.getOriginalMessage();
  }

  private static RunStatus status(WorkflowStub run) {
    return run.query("status", RunStatus.class);
  }

  private static String details(WorkflowStub run) {
    return Json.write(
        run.query("__temporal_workflow_metadata", io.temporal.api.sdk.v1.WorkflowMetadata.class)
            .getCurrentDetails());
  }

  private static CompressionResult result(WorkflowStub run) {
    return run.getResult(CompressionResult.class);
  }
}

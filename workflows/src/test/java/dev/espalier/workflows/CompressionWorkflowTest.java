package dev.espalier.workflows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import dev.espalier.compression.svs.SvsConfig;
import io.temporal.api.common.v1.Payload;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.enums.v1.EventType;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.client.WorkflowFailedException;
import io.temporal.client.WorkflowStub;
import io.temporal.common.converter.RawValue;
import io.temporal.failure.ApplicationFailure;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CompressionWorkflowTest {
  private final InProcess temporal = new InProcess();

  @AfterEach
  void close() {
    temporal.close();
  }

  @Test
  void runsTheStagesInOrderEachOnTheResultOfTheOneBefore() {
    CompressionResult result = result(temporal.compress("order", "{}"));
    assertThat(temporal.device.calls)
        .containsExactly(
            "evaluate networks/fashion-ddpm",
            "prune networks/fashion-ddpm",
            "evaluate stages/prune/50",
            "svs stages/prune/50",
            "finetune stages/svs/50",
            "evaluate stages/finetune/svs-50");
    assertThat(result.run()).isEqualTo("order");
    assertThat(result.dense().frechetDistance()).isEqualTo(20);
    assertThat(result.pruned().frechetDistance()).isEqualTo(550);
    assertThat(result.finetuned().frechetDistance()).isEqualTo(45);
    assertThat(result.finetune().steps()).isEqualTo(300);
    assertThat(result.report()).isEqualTo("runs/order/report.html");
    assertThat(temporal.desk.reports)
        .containsExactly(new ReportActivity.Request("order", List.of(result.withReport(null))));
  }

  @Test
  void handsEveryStageItsPartOfThePlan() {
    CompressionResult result =
        result(temporal.compress("parts", "{\"network\":\"stages/train/7\",\"data\":\"cats\"}"));
    Artifact dense = new Artifact("stages/train/7");
    assertThat(temporal.device.requests)
        .contains(
            new PruneActivity.Request("parts", dense, "cats", result.plan().prune()),
            new EvaluateActivity.Request(
                "parts", result.finetune().network(), dense, "cats", result.plan().evaluate()),
            new FinetuneActivity.Request(
                "parts", result.svs().network(), "cats", result.plan().finetune()));
  }

  @Test
  void leavesSvsOutWhereThePlanDoes() {
    CompressionResult result = result(temporal.compress("no-svs", "{\"svs\":{\"enabled\":false}}"));
    assertThat(temporal.device.calls)
        .contains("finetune stages/prune/50")
        .noneMatch(call -> call.startsWith("svs"));
    assertThat(result.svs()).isNull();
  }

  @Test
  void measuresWhatPruningLeftWhereThePlanHasNoStepsForFinetuning() {
    CompressionResult result =
        result(temporal.compress("no-finetune", "{\"finetune\":{\"steps\":0}}"));
    assertThat(temporal.device.calls)
        .endsWith("svs stages/prune/50", "evaluate stages/svs/50")
        .noneMatch(call -> call.startsWith("finetune"));
    assertThat(result.finetune()).isNull();
    assertThat(result.finetuned().evaluation()).isEqualTo(new Artifact("stages/evaluate/50"));
    CompressionResult raw =
        result(
            temporal.compress("raw", "{\"finetune\":{\"steps\":0},\"svs\":{\"enabled\":false}}"));
    assertThat(raw.finetuned()).isEqualTo(raw.pruned());
  }

  @Test
  void theDenseNetworkTeachesWhereThePlanDistils() {
    result(temporal.compress("distilled", "{\"finetune\":{\"distillation\":0.7}}"));
    assertThat(temporal.device.requests)
        .filteredOn(FinetuneActivity.Request.class::isInstance)
        .extracting(request -> ((FinetuneActivity.Request) request).teacher())
        .containsExactly(new Artifact("networks/fashion-ddpm"));
  }

  @Test
  void startsWithoutInputWithNullWithNothingAndWithARecipe() {
    WorkflowStub none = temporal.start(CompressionWorkflow.class, "none");
    WorkflowStub nullArgument =
        temporal.start(CompressionWorkflow.class, "null", new Object[] {null});
    WorkflowStub jsonNull = temporal.compress("json-null", "null");
    WorkflowStub empty = temporal.compress("empty", "{}");
    CompressionPlan plan = result(empty).plan();
    assertThat(plan.svs()).isEqualTo(SvsConfig.defaults());
    assertThat(List.of(result(none), result(nullArgument), result(jsonNull)))
        .allMatch(result -> result.plan().equals(plan));
    CompressionPlan quick = result(temporal.compress("quick", "{\"recipe\":\"quick\"}")).plan();
    assertThat(quick.prune().ratio()).isEqualTo(0.3);
    assertThat(quick.recipe()).isEqualTo("quick");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"prnue\":{}} | plan: unknown field 'prnue'; legal here are: data, evaluate, finetune,"
            + " iterate, network, prune, published, recipe, seed, svs",
        "{\"prune\":{\"ratoi\":0.5}} | plan: unknown field 'prune.ratoi'; legal here are:"
            + " calibrationImages, compat, criterion, floor, floors, ratio, roundTo, rounds, scope,"
            + " seed, threshold, timestepStride, timestepWeights",
        "{\"recipe\":\"gone\"} | recipe 'gone' does not exist; there are circular, quick",
        "[1] | plan: expected a JSON object, got [1]",
      })
  void failsAtOnceWithOneLine(String plan, String line) {
    assertThat(failure(temporal.compress("bad", plan)))
        .satisfies(
            failure -> {
              assertThat(failure.getType()).isEqualTo("InvalidInput");
              assertThat(failure.isNonRetryable()).isTrue();
              assertThat(failure.getOriginalMessage()).isEqualTo(line);
            });
  }

  @Test
  void namesTheFieldAndTheLegalRangeOfARatioOutOfRange() {
    ApplicationFailure failure = failure(temporal.compress("ratio", "{\"prune\":{\"ratio\":1.5}}"));
    assertThat(failure.getType()).isEqualTo("InvalidInput");
    assertThat(failure.getOriginalMessage())
        .startsWith("plan: prune.ratio is 1.5; legal")
        .doesNotContain("\n");
    assertThat(temporal.device.calls).isEmpty();
  }

  @Test
  void anArgumentThatCannotBeDecodedFailsTheWorkflow() {
    Payload bytes =
        Payload.newBuilder()
            .putMetadata("encoding", ByteString.copyFromUtf8("binary/plain"))
            .setData(ByteString.copyFromUtf8("abc"))
            .build();
    WorkflowStub run = temporal.start(CompressionWorkflow.class, "bytes", new RawValue(bytes));
    assertThat(catchThrowableOfType(WorkflowFailedException.class, () -> result(run))).isNotNull();
  }

  @Test
  void triesAStageAgainThatFailedForAnotherReason() {
    temporal.device.faults.set(2);
    assertThat(result(temporal.compress("faults", "{}")).report()).isNotNull();
    assertThat(temporal.device.calls).filteredOn(call -> call.startsWith("prune")).hasSize(3);
  }

  @Test
  void tellsWhereItStands() throws InterruptedException {
    temporal.device.gate = new CountDownLatch(1);
    WorkflowStub run = temporal.compress("status", "{\"recipe\":\"quick\"}");
    while (temporal.device.calls.size() < 2) Thread.sleep(10);
    RunStatus status = run.query("status", RunStatus.class);
    assertThat(status.stage()).isEqualTo("prune");
    assertThat(status.done()).isEqualTo(2);
    assertThat(status.total()).isEqualTo(8);
    assertThat(status.steps().get(1).result().path("frechetDistance").asDouble()).isEqualTo(20);
    assertThat(status.steps().get(4).state()).isEqualTo(RunStatus.State.WAITING);
    assertThat(run.query("plan", CompressionPlan.class).prune().ratio()).isEqualTo(0.3);

    temporal.device.gate.countDown();
    result(run);
    RunStatus end = run.query("status", RunStatus.class);
    assertThat(end.stage()).isNull();
    assertThat(end.done()).isEqualTo(end.total());
  }

  @Test
  void showsStagesInTheTimelineWithTheirSetting() {
    result(temporal.compress("summaries", "{}"));
    assertThat(
            temporal
                .server
                .getWorkflowExecutionHistory(
                    WorkflowExecution.newBuilder().setWorkflowId("summaries").build())
                .getHistory()
                .getEventsList())
        .filteredOn(event -> event.getEventType() == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED)
        .extracting(CompressionWorkflowTest::summary)
        .containsExactly(
            "resolve the plan",
            "evaluate dense · 1,000 samples · DDIM 20",
            "prune · diff-pruning · 50 %",
            "evaluate pruned · 1,000 samples · DDIM 20",
            "svs · σ^0.5 · biases too · norms reset",
            "finetune · 300 steps of 64 images",
            "evaluate · 1,000 samples · DDIM 20",
            "report");
  }

  private static String summary(HistoryEvent event) {
    return WireFormat.converter()
        .fromPayload(event.getUserMetadata().getSummary(), String.class, String.class);
  }

  private static CompressionResult result(WorkflowStub run) {
    return run.getResult(CompressionResult.class);
  }

  private static ApplicationFailure failure(WorkflowStub run) {
    WorkflowFailedException failed =
        catchThrowableOfType(WorkflowFailedException.class, () -> result(run));
    return (ApplicationFailure) failed.getCause();
  }
}

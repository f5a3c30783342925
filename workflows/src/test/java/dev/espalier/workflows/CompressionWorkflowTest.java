package dev.espalier.workflows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import dev.espalier.compression.Json;
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

  @Test
  void prunesAndFinetunesInTurnsBeforeTheLastPruning() {
    String plan =
        """
        {"prune": {"ratio": 0.6}, "svs": {"enabled": false},
         "iterate": {"rounds": 3, "finetuneSteps": 40}}
        """;
    CompressionResult result = result(temporal.compress("turns", plan));
    assertThat(temporal.device.calls)
        .containsExactly(
            "evaluate networks/fashion-ddpm",
            "prune networks/fashion-ddpm",
            "finetune stages/prune/20",
            "prune stages/finetune/plain-20",
            "finetune stages/prune/40",
            "prune stages/finetune/plain-40",
            "evaluate stages/prune/60",
            "finetune stages/prune/60",
            "evaluate stages/finetune/plain-60");
    List<PruneActivity.Request> prunings = requests(PruneActivity.Request.class);
    assertThat(prunings.stream().mapToDouble(r -> r.config().ratio()).toArray())
        .usingComparatorWithPrecision(1e-12)
        .containsExactly(0.2, 0.4, 0.6);
    Artifact dense = new Artifact("networks/fashion-ddpm");
    assertThat(prunings)
        .extracting(PruneActivity.Request::base)
        .containsExactly(null, dense, dense);
    assertThat(requests(FinetuneActivity.Request.class))
        .extracting(r -> r.config().steps())
        .containsExactly(40, 40, 300);
    assertThat(result.earlier()).hasSize(2);
    assertThat(result.prune().network()).isEqualTo(new Artifact("stages/prune/60"));
    RunStatus status =
        temporal
            .server
            .getWorkflowClient()
            .newUntypedWorkflowStub("turns")
            .query("status", RunStatus.class);
    assertThat(status.steps())
        .extracting(RunStatus.Step::name)
        .containsExactly(
            "plan",
            "evaluate dense",
            "prune 1",
            "finetune 1",
            "prune 2",
            "finetune 2",
            "prune",
            "evaluate pruned",
            "finetune",
            "evaluate",
            "report");
  }

  private <T> List<T> requests(Class<T> type) {
    return temporal.device.requests.stream().filter(type::isInstance).map(type::cast).toList();
  }

  /** One turn is none, and a plan without turns does not mention them: ids of sweeps' arms stay. */
  @Test
  void oneTurnIsTheSamePlan() {
    CompressionPlan plain = PlanRequest.resolve(InProcess.json("{}"), FakeDesk::recipe);
    CompressionPlan once =
        PlanRequest.resolve(InProcess.json("{\"iterate\": {\"rounds\": 1}}"), FakeDesk::recipe);
    assertThat(once).isEqualTo(plain);
    assertThat(once.fingerprint()).isEqualTo(plain.fingerprint());
    assertThat(Json.MAPPER.<JsonNode>valueToTree(plain).has("iterate")).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"prnue\":{}} | plan: unknown field 'prnue'; legal here are: data, evaluate, ",
        "{\"prune\":{\"ratoi\":0.5}} | plan: unknown field 'prune.ratoi'; legal here are:"
            + " calibrationImages, ",
        "{\"iterate\":{\"rounds\":0}} | plan: iterate.rounds is 0; legal: 1 to 50",
        "{\"iterate\":{\"rounds\":2,\"finetuneSteps\":0}} | plan: iterate.finetuneSteps is 0; legal:"
            + " 1 or more",
        "{\"iterate\":{\"rounds\":2},\"prune\":{\"rounds\":3}} | plan: prune.rounds is 3 and"
            + " iterate.rounds is given too; legal is one of them above 1",
        "{\"recipe\":\"gone\"} | recipe 'gone' does not exist; there are circular, quick",
        "[1] | plan: expected a JSON object, got [1]",
      })
  void failsAtOnceWithOneLine(String plan, String line) {
    assertThat(failure(temporal.compress("bad", plan)))
        .satisfies(
            failure -> {
              assertThat(failure.getType()).isEqualTo("InvalidInput");
              assertThat(failure.isNonRetryable()).isTrue();
              assertThat(failure.getOriginalMessage()).startsWith(line);
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

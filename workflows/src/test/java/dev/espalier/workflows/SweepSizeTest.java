package dev.espalier.workflows;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.temporal.api.enums.v1.EventType;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.client.WorkflowStub;
import io.temporal.common.converter.EncodedValues;
import io.temporal.testing.TemporalDevServer;
import io.temporal.testing.TestEnvironmentOptions;
import io.temporal.testing.TestWorkflowEnvironment;
import io.temporal.worker.Worker;
import io.temporal.worker.WorkerFactory;
import io.temporal.workflow.DynamicWorkflow;
import io.temporal.workflow.Workflow;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Sweeps of many arms that do nothing: 1,000, or as many as the system property {@code sweep.arms}
 * says.
 */
class SweepSizeTest {
  private static final int ARMS = Integer.getInteger("sweep.arms", 1000);

  /** Every run of an arm that was begun → the arm. */
  private static final Map<String, String> BEGUN = new ConcurrentHashMap<>();

  private static final WorkflowClientOptions WIRE =
      WorkflowClientOptions.newBuilder().setDataConverter(WireFormat.converter()).build();

  /** Comes to a result at once. */
  public static final class Arm implements DynamicWorkflow {
    @Override
    public Object execute(EncodedValues arguments) {
      JsonNode request = arguments.get(0, JsonNode.class);
      CompressionPlan plan = PlanRequest.resolve(request, FakeDesk::recipe);
      BEGUN.put(Workflow.getInfo().getRunId(), Workflow.getInfo().getWorkflowId());
      double distance = plan.prune().ratio() * 1000 % 97;
      EvaluateActivity.Result measured =
          new EvaluateActivity.Result(
              new Artifact("stages/evaluate/1"), distance, "x", 0.5, 10, 20, 1, true, 1);
      PruneActivity.Result pruned =
          new PruneActivity.Result(new Artifact("stages/prune/1"), 20, 10, 40, 20, 1, false, 1);
      return new CompressionResult(
          Workflow.getInfo().getWorkflowId(),
          plan,
          measured,
          pruned,
          measured,
          null,
          null,
          measured,
          null,
          null);
    }
  }

  private static String sweep() {
    return """
        {"name": "size", "parallel": 32, "search": {"sampler": "random", "trials": %d},
         "plan": {"finetune": {"steps": 0}, "svs": {"enabled": false}},
         "axes": {"prune.ratio": {"low": 0.1, "high": 0.9}}}
        """
        .formatted(ARMS);
  }

  private static void register(Worker workflows, Worker desk) {
    workflows.registerWorkflowImplementationFactory(
        SweepWorkflow.class, () -> new SweepWorkflowImpl(new RunView(true, null, null)));
    workflows.registerWorkflowImplementationTypes(Arm.class);
    desk.registerActivitiesImplementations(new FakeDesk());
  }

  @BeforeAll
  static void shorten() {
    System.setProperty(SweepWorkflowImpl.LONG_HISTORY, String.valueOf(Math.min(4000, ARMS)));
  }

  @AfterAll
  static void asUsual() {
    System.clearProperty(SweepWorkflowImpl.LONG_HISTORY);
  }

  @Test
  void inProcess() {
    try (TestWorkflowEnvironment server =
        TestWorkflowEnvironment.newInstance(
            TestEnvironmentOptions.newBuilder().setWorkflowClientOptions(WIRE).build())) {
      SearchFields.ALL.forEach(
          field -> server.registerSearchAttribute(field.getName(), field.getValueType()));
      register(
          server.newWorker(StageOptions.COMPRESS, InProcess.patient()),
          server.newWorker(StageOptions.CPU));
      server.start();
      runs(server.getWorkflowClient());
    }
  }

  @Test
  void onARealServer() throws IOException {
    try (TemporalDevServer server = DevServer.searchable()) {
      WorkflowClient client = DevServer.client(server);
      WorkerFactory factory = WorkerFactory.newInstance(client);
      register(
          factory.newWorker(StageOptions.COMPRESS, InProcess.patient()),
          factory.newWorker(StageOptions.CPU));
      factory.start();
      try {
        runs(client);
      } finally {
        factory.shutdownNow();
      }
    }
  }

  private static void runs(WorkflowClient client) {
    BEGUN.clear();
    long begun = System.nanoTime();
    WorkflowStub stub =
        client.newUntypedWorkflowStub("SweepWorkflow", StageOptions.run("size", "a test"));
    String first = stub.start(InProcess.json(sweep())).getRunId();
    SweepResult result = stub.getResult(SweepResult.class);
    double seconds = (System.nanoTime() - begun) / 1e9;
    int arms = result.progress().arms();
    assertThat(arms).as("few draws are the same").isBetween(ARMS - ARMS / 20 - 1, ARMS);
    assertThat(BEGUN.values()).as("no arm ran twice").doesNotHaveDuplicates().hasSize(arms);
    assertThat(result.progress().done()).isEqualTo(arms);
    assertThat(result.progress().failed()).isZero();
    assertThat(result.arms()).hasSize(Math.min(arms, SweepResult.MOST_ARMS));
    assertThat(result.arms())
        .extracting(arm -> arm.score().objective())
        .isSortedAccordingTo(Double::compare);
    assertThat(result.progress().stagesSaved()).isEqualTo(3 * arms);
    List<Integer> histories = histories(client, first);
    assertThat(histories).allMatch(events -> events < 10_000);
    assertThat(histories).as("it continued as new").hasSizeGreaterThan(1);
    System.out.printf(
        "%d arms in %.1f s, %d histories of at most %d events%n",
        arms, seconds, histories.size(), Collections.max(histories));
  }

  /** Events of the sweep's runs, which follow each other. */
  private static List<Integer> histories(WorkflowClient client, String first) {
    List<Integer> sizes = new ArrayList<>();
    String run = first;
    while (!run.isEmpty()) {
      var events = client.fetchHistory("size", run).getEvents();
      sizes.add(events.size());
      var last = events.get(events.size() - 1);
      run =
          last.getEventType() == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW
              ? last.getWorkflowExecutionContinuedAsNewEventAttributes().getNewExecutionRunId()
              : "";
    }
    return sizes;
  }
}

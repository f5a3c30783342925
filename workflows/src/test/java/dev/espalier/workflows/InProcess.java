package dev.espalier.workflows;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.Json;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.client.WorkflowStub;
import io.temporal.common.SearchAttributeKey;
import io.temporal.testing.TestEnvironmentOptions;
import io.temporal.testing.TestWorkflowEnvironment;
import io.temporal.worker.Worker;
import io.temporal.worker.WorkerOptions;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Temporal in process with time skipped, the real workflows and the fake activities. */
public final class InProcess implements AutoCloseable {
  public final FakeDevice device = new FakeDevice();
  final FakeDesk desk = new FakeDesk();
  final TestWorkflowEnvironment server;
  final Worker workflows;

  /** Without search attributes and links. */
  public InProcess() {
    this(RunView.PLAIN);
  }

  /** Whose server has the attributes that {@code view} speaks of. */
  InProcess(RunView view) {
    this(view, options());
  }

  /** The workers alone, for a server that is at {@code target} already. */
  public static InProcess at(String target) {
    return new InProcess(RunView.PLAIN, options().setUseExternalService(true).setTarget(target));
  }

  private static TestEnvironmentOptions.Builder options() {
    return TestEnvironmentOptions.newBuilder()
        .setWorkflowClientOptions(
            WorkflowClientOptions.newBuilder()
                .setDataConverter(WireFormat.converter())
                .setIdentity("test")
                .build());
  }

  private InProcess(RunView view, TestEnvironmentOptions.Builder options) {
    server = TestWorkflowEnvironment.newInstance(options.build());
    workflows = server.newWorker(StageOptions.COMPRESS, patient());
    if (view.searchable()) {
      for (SearchAttributeKey<?> field : SearchFields.ALL) {
        server.registerSearchAttribute(field.getName(), field.getValueType());
      }
    }
    WorkflowTypes.register(workflows, view);
    server.newWorker(StageOptions.GPU, beating()).registerActivitiesImplementations(device);
    server.newWorker(StageOptions.CPU).registerActivitiesImplementations(desk);
    server.start();
  }

  /** A workflow that a busy machine holds up for a second is not stuck. */
  static WorkerOptions patient() {
    return WorkerOptions.newBuilder().setDefaultDeadlockDetectionTimeout(60_000).build();
  }

  /** Activities soon hear that they are cancelled. */
  private static WorkerOptions beating() {
    return WorkerOptions.newBuilder()
        .setMaxHeartbeatThrottleInterval(Duration.ofMillis(20))
        .build();
  }

  public WorkflowClient client() {
    return server.getWorkflowClient();
  }

  WorkflowStub start(Class<?> workflow, String id, Object... arguments) {
    WorkflowStub stub =
        server
            .getWorkflowClient()
            .newUntypedWorkflowStub(workflow.getSimpleName(), StageOptions.run(id, "a test"));
    stub.start(arguments);
    return stub;
  }

  WorkflowStub compress(String id, String plan) {
    return start(CompressionWorkflow.class, id, json(plan));
  }

  WorkflowStub sweep(String id, String sweep) {
    return start(SweepWorkflow.class, id, json(sweep));
  }

  static JsonNode json(String text) {
    return Json.parse(text, "test");
  }

  String history(String id) {
    return server.getWorkflowClient().fetchHistory(id).toJson(true);
  }

  /** Id of the run that went on where {@code run} continued as new. */
  String continuedAs(String id, String run) {
    return client()
        .fetchHistory(id, run)
        .getLastEvent()
        .getWorkflowExecutionContinuedAsNewEventAttributes()
        .getNewExecutionRunId();
  }

  /** Waits until so many trainings are at work. */
  public void awaitTraining(int so) {
    await(() -> device.atWork.get() == so);
  }

  static void await(BooleanSupplier condition) {
    long end = System.nanoTime() + 300_000_000_000L;
    try {
      while (!condition.getAsBoolean()) {
        if (System.nanoTime() > end) throw new AssertionError("it takes too long");
        Thread.sleep(10);
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    device.gate.countDown();
    device.training.countDown();
    server.close();
  }
}

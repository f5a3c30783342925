package dev.espalier.workflows;

import static org.assertj.core.api.Assertions.assertThat;

import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import io.temporal.testing.TemporalDevServer;
import io.temporal.worker.Worker;
import io.temporal.worker.WorkerFactory;
import io.temporal.worker.WorkerOptions;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** On one device, as the real server shares it out. */
class FairnessTest {
  @Test
  void aSingleRunOvertakesTheArmsOfASweepThatWait() throws IOException {
    try (TemporalDevServer server = DevServer.start()) {
      WorkflowClient client = DevServer.client(server);
      FakeDevice device = new FakeDevice();
      device.gate = new CountDownLatch(1);
      device.millis = 100; // So that a run's next stage is there before the stage of another ends.
      WorkerFactory factory = WorkerFactory.newInstance(client);
      WorkflowTypes.register(factory.newWorker(StageOptions.COMPRESS));
      Worker one =
          factory.newWorker(
              StageOptions.GPU,
              WorkerOptions.newBuilder().setMaxConcurrentActivityExecutionSize(1).build());
      one.registerActivitiesImplementations(device);
      factory.newWorker(StageOptions.CPU).registerActivitiesImplementations(new FakeDesk());
      factory.start();
      try {
        WorkflowStub sweep = client.newUntypedWorkflowStub("SweepWorkflow", run("sweep"));
        sweep.start(
            InProcess.json(
                """
                {"parallel": 12, "replicates": 12, "axes": {"prune.ratio": [0.5]}}
                """));
        InProcess.await(() -> device.underWay.size() == 1);
        WorkflowStub single = client.newUntypedWorkflowStub("CompressionWorkflow", run("single"));
        single.start(InProcess.json("{}"));
        InProcess.await(() -> !single.query("status", RunStatus.class).steps().isEmpty());
        InProcess.await(
            () -> "evaluate dense".equals(single.query("status", RunStatus.class).stage()));
        device.gate.countDown();
        single.getResult(CompressionResult.class);
        List<String> before = List.copyOf(device.calls);
        assertThat(before)
            .as("when the single run has been finetuned, so have few of the twelve arms")
            .filteredOn(call -> call.startsWith("finetune"))
            .hasSizeLessThan(4);
        sweep.getResult(SweepResult.class);
        assertThat(device.calls).filteredOn(call -> call.startsWith("finetune")).hasSize(13);
      } finally {
        device.gate.countDown();
        factory.shutdownNow();
      }
    }
  }

  private static WorkflowOptions run(String id) {
    return StageOptions.run(id, "a test");
  }
}

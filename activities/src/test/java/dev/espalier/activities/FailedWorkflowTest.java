package dev.espalier.activities;

import static dev.espalier.activities.StageBench.UNET;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.Json;
import dev.espalier.workflows.CompressionWorkflow;
import dev.espalier.workflows.StageOptions;
import dev.espalier.workflows.WireFormat;
import dev.espalier.workflows.WorkflowTypes;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.client.WorkflowFailedException;
import io.temporal.client.WorkflowStub;
import io.temporal.failure.ApplicationFailure;
import io.temporal.testing.TestEnvironmentOptions;
import io.temporal.testing.TestWorkflowEnvironment;
import io.temporal.worker.WorkerFactoryOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The workflows and the stages on workers, as a process registers them. */
class FailedWorkflowTest {
  @TempDir private Path folder;
  private StageBench stages;
  private TestWorkflowEnvironment server;

  @BeforeEach
  void open() throws Exception {
    stages = new StageBench(folder);
    server =
        TestWorkflowEnvironment.newInstance(
            TestEnvironmentOptions.newBuilder()
                .setWorkflowClientOptions(
                    WorkflowClientOptions.newBuilder()
                        .setDataConverter(WireFormat.converter())
                        .build())
                .setWorkerFactoryOptions(
                    WorkerFactoryOptions.newBuilder()
                        .setWorkerInterceptors(new TypedFailures())
                        .build())
                .build());
    WorkflowTypes.register(server.newWorker(StageOptions.COMPRESS));
    server
        .newWorker(StageOptions.GPU)
        .registerActivitiesImplementations(
            new PruneStage(stages.bench), new EvaluateStage(stages.bench));
    server
        .newWorker(StageOptions.CPU)
        .registerActivitiesImplementations(new PlanStage(stages.bench, InActivity.NO_RECIPES));
    server.start();
  }

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void aBrokenNetworkFailsTheWorkflowAtOnceWithItsLine() throws Exception {
    Path file = stages.write("broken", UNET, StageBench.unet());
    Files.write(file, Arrays.copyOf(Files.readAllBytes(file), 1000));

    ApplicationFailure failure = failure("{\"network\": \"broken\"}");

    assertThat(failure.getType()).isEqualTo("InvalidInput");
    assertThat(failure.getOriginalMessage())
        .startsWith(file.toString())
        .contains("truncated")
        .doesNotContain("\n");
  }

  @Test
  void anUnknownRecipeOrDataFailsTheWorkflowAtOnceWithItsLine() throws Exception {
    assertThat(failure("{\"recipe\": \"nothing\"}").getOriginalMessage())
        .isEqualTo("recipe 'nothing' does not exist; there are: none");
    assertThat(failure("{\"network\": \"tiny-unet\", \"data\": \"cifar\"}").getOriginalMessage())
        .startsWith("data 'cifar' is unknown");
  }

  private ApplicationFailure failure(String plan) {
    JsonNode json = Json.parse(plan, "test");
    String id = "run-" + Integer.toHexString(plan.hashCode());
    WorkflowStub run =
        server
            .getWorkflowClient()
            .newUntypedWorkflowStub(
                CompressionWorkflow.class.getSimpleName(), StageOptions.run(id, "a test"));
    run.start(json);
    WorkflowFailedException failed =
        catchThrowableOfType(
            WorkflowFailedException.class,
            () -> run.getResult(120, TimeUnit.SECONDS, JsonNode.class));
    assertThat(failed).as("a failed workflow").isNotNull();
    String history = server.getWorkflowClient().fetchHistory(id).toJson(true);
    assertThat(history).doesNotContain("\"attempt\": 2");
    return (ApplicationFailure) failed.getCause();
  }
}

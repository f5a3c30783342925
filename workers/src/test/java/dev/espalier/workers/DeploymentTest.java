package dev.espalier.workers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.uber.m3.tally.NoopScope;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
import dev.espalier.workers.connection.Settings;
import dev.espalier.workers.connection.StoreConnection;
import dev.espalier.workers.connection.TemporalConnection;
import dev.espalier.workers.connection.WorkFolder;
import dev.espalier.workers.process.Deployment;
import dev.espalier.workers.process.RecipeFolder;
import dev.espalier.workers.process.Stages;
import dev.espalier.workers.process.WorkerProcess;
import dev.espalier.workflows.CompressionResult;
import dev.espalier.workflows.DevServer;
import dev.espalier.workflows.RunView;
import dev.espalier.workflows.StageOptions;
import io.grpc.StatusRuntimeException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.api.workflowservice.v1.SetWorkerDeploymentCurrentVersionRequest;
import io.temporal.client.WorkflowStub;
import io.temporal.testing.TemporalDevServer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Workers of two versions of a deployment, and a run that begins with one of them. */
@Timeout(600)
class DeploymentTest {
  @TempDir Path work;

  @Test
  void aRunUnderWayGoesOnWithTheVersionThatBecomesCurrent() throws Exception {
    Training training = new Training();
    try (TemporalDevServer server = DevServer.start()) {
      Settings settings = settings(Map.of("TEMPORAL_ADDRESS", server.getTarget()));
      WorkFolder folder = settings.workFolder();
      try (TemporalConnection temporal =
              TemporalConnection.open(settings, folder, null, new NoopScope());
          StoreConnection store = StoreConnection.open(settings, folder)) {
        Stages stages =
            training.of(
                new Stages.Resources(
                    settings,
                    folder,
                    store.store(),
                    RecipeFolder.of(settings),
                    new SimpleMeterRegistry()));
        WorkerProcess first = start(temporal, store, stages, "1.0");
        makeCurrent(temporal, "1.0");
        WorkflowStub run =
            temporal
                .client()
                .newUntypedWorkflowStub(
                    "CompressionWorkflow", StageOptions.run("rolled-out", "a test"));
        run.start(Json.parse("{}", "test"));
        training.await(1);

        WorkerProcess second = start(temporal, store, stages, "1.1");
        makeCurrent(temporal, "1.1");
        first.close();
        training.await(1);
        training.enough.countDown();

        assertThat(run.getResult(CompressionResult.class).finetune().steps()).isEqualTo(300);
        second.close();
        List<String> versions = versions(temporal, run);
        assertThat(versions).startsWith("1.0").endsWith("1.1").isSorted();
      }
    }
  }

  @Test
  void bothVariablesOrNeither() {
    assertThat(Deployment.of(settings(Map.of()))).isEmpty();
    assertThat(
            Deployment.of(
                settings(Map.of("ESPALIER_DEPLOYMENT", "lab", "ESPALIER_BUILD_ID", "9c36389"))))
        .contains(new Deployment("lab", "9c36389"));
    assertThatThrownBy(() -> Deployment.of(settings(Map.of("ESPALIER_DEPLOYMENT", "lab"))))
        .isInstanceOf(InvalidInput.class)
        .hasMessage(
            "ESPALIER_DEPLOYMENT is set without ESPALIER_BUILD_ID; a versioned worker needs both");
    assertThatThrownBy(() -> new Deployment("a.b", "1"))
        .hasMessageStartingWith("ESPALIER_DEPLOYMENT is 'a.b'; legal are");
    assertThatThrownBy(() -> new Deployment("a", "1 2"))
        .hasMessageStartingWith("ESPALIER_BUILD_ID is '1 2'; legal are");
  }

  private static WorkerProcess start(
      TemporalConnection temporal, StoreConnection store, Stages stages, String build) {
    return WorkerProcess.start(
        temporal,
        store.identity(),
        WorkerProcess.QUEUES,
        stages,
        Optional.of(new Deployment("lab", build)),
        RunView.PLAIN);
  }

  /** What {@code temporal worker deployment set-current-version} does. */
  private static void makeCurrent(TemporalConnection temporal, String build)
      throws InterruptedException {
    SetWorkerDeploymentCurrentVersionRequest request =
        SetWorkerDeploymentCurrentVersionRequest.newBuilder()
            .setNamespace("default")
            .setDeploymentName("lab")
            .setBuildId(build)
            .setIdentity("operator")
            .build();
    for (int i = 0; ; i++) {
      try {
        temporal
            .client()
            .getWorkflowServiceStubs()
            .blockingStub()
            .setWorkerDeploymentCurrentVersion(request);
        return;
      } catch (StatusRuntimeException e) {
        // The server has not seen all pollers of that version yet.
        if (i == 100) throw e;
        Thread.sleep(200);
      }
    }
  }

  private static List<String> versions(TemporalConnection temporal, WorkflowStub run) {
    return temporal
        .client()
        .fetchHistory(run.getExecution().getWorkflowId())
        .getHistory()
        .getEventsList()
        .stream()
        .filter(HistoryEvent::hasWorkflowTaskCompletedEventAttributes)
        .map(
            event ->
                event.getWorkflowTaskCompletedEventAttributes().getDeploymentVersion().getBuildId())
        .toList();
  }

  private Settings settings(Map<String, String> variables) {
    return Settings.of(variables, work.resolve("state"));
  }
}

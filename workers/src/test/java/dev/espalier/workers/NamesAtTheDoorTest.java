package dev.espalier.workers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.uber.m3.tally.NoopScope;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
import dev.espalier.compression.NastyNames;
import dev.espalier.compression.data.Datasets;
import dev.espalier.workers.connection.Settings;
import dev.espalier.workers.connection.StoreConnection;
import dev.espalier.workers.connection.TemporalConnection;
import dev.espalier.workers.connection.WorkFolder;
import dev.espalier.workers.process.RecipeFolder;
import dev.espalier.workers.process.Stages;
import dev.espalier.workers.process.WorkerProcess;
import dev.espalier.workflows.StageOptions;
import dev.espalier.workflows.SweepPlan;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.temporal.client.WorkflowFailedException;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Names that people hand in, by the command line, in plans and from the Temporal UI. */
class NamesAtTheDoorTest {
  @TempDir Path work;

  @Test
  void commandsRefuseThemBeforeAnything() {
    for (String name : NastyNames.segments().toList()) {
      refused("report", name);
      refused("compare", "fine", name);
      refused("open", name);
      refused("import", "some.ckpt", "--name", name);
    }
    refused("import", "some.ckpt", "--name", "a-2026-11-22T02:00:00Z");
    for (String name : NastyNames.paths().toList()) {
      refused("export", name, "--to", work.resolve("out").toString());
    }
    assertThat(work.resolve("state")).doesNotExist();
    assertThat(work.resolve("out")).doesNotExist();
  }

  @Test
  void recipesAreThoseOfTheFolderAndNoOthers() throws Exception {
    Files.writeString(work.resolve("x.json"), "{}");
    RecipeFolder recipes = new RecipeFolder(Files.createDirectories(work.resolve("recipes/sub")));
    Files.writeString(work.resolve("recipes/x.json"), "{}");
    Stream<String> names = Stream.concat(NastyNames.segments(), Stream.of("../x", "../../x"));
    for (String name : names.toList()) {
      assertThatThrownBy(() -> recipes.recipe(name)).isInstanceOf(InvalidInput.class);
    }
  }

  @Test
  void sweepsAndDataSetsHavePlainNames() {
    Datasets data = new Datasets(List.of(work));
    for (String name : NastyNames.segments().toList()) {
      ObjectNode sweep = Json.MAPPER.createObjectNode().put("name", name);
      sweep.putObject("axes").putArray("seed").add(1);
      assertThatThrownBy(() -> SweepPlan.of(sweep)).isInstanceOf(InvalidInput.class);
      assertThatThrownBy(() -> data.resolve(name)).isInstanceOf(InvalidInput.class);
    }
    assertThatThrownBy(() -> data.resolve("folder:a\0b")).isInstanceOf(InvalidInput.class);
  }

  /** In the Temporal UI anybody chooses an id; the run's report is to lie under it. */
  @Test
  void aRunWithAnIllegalIdFailsAtItsStart() throws Exception {
    Settings settings =
        Settings.of(Map.of("TEMPORAL_ADDRESS", "embedded", "ESPALIER_HOME", work.toString()), work);
    WorkFolder folder = settings.workFolder();
    try (TemporalConnection temporal =
            TemporalConnection.open(settings, folder, null, new NoopScope());
        StoreConnection store = StoreConnection.open(settings, folder)) {
      Stages stages =
          SmallStages.of(
              new Stages.Resources(
                  settings,
                  folder,
                  store.store(),
                  RecipeFolder.of(settings),
                  new SimpleMeterRegistry()));
      try (WorkerProcess worker =
          WorkerProcess.start(temporal, store.identity(), WorkerProcess.QUEUES, stages)) {
        for (String id : List.of("../x", "a/b", "a:b", "two words", "a".repeat(129), "\u0430")) {
          assertThatThrownBy(() -> run(temporal, id))
              .as(id)
              .isInstanceOf(WorkflowFailedException.class)
              .cause()
              .hasMessageContaining("the workflow id is no legal name");
        }
        run(temporal, "0f8fad5b-d9cb-469f-a165-70867728950e");
        assertThat(worker).isNotNull();
      }
      assertThat(store.store().list("runs"))
          .extracting(object -> object.key().substring(0, 20))
          .containsOnly("runs/0f8fad5b-d9cb-4");
    }
  }

  private static void run(TemporalConnection temporal, String id) {
    WorkflowStub stub =
        temporal
            .client()
            .newUntypedWorkflowStub(
                "CompressionWorkflow",
                WorkflowOptions.newBuilder()
                    .setWorkflowId(id)
                    .setTaskQueue(StageOptions.COMPRESS)
                    .build());
    stub.start(Json.MAPPER.createObjectNode());
    stub.getResult(ObjectNode.class);
  }

  private void refused(String... arguments) {
    Invocation invocation = Invocation.of(work, arguments);
    assertThat(invocation.exitCode()).as(List.of(arguments) + ": " + invocation.err()).isEqualTo(2);
    assertThat(invocation.said()).as("%s", List.of(arguments)).hasSize(1);
  }
}

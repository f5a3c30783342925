package dev.espalier.workflows;

import static org.assertj.core.api.Assertions.assertThat;

import io.temporal.client.WorkflowStub;
import io.temporal.testing.WorkflowHistoryLoader;
import io.temporal.testing.WorkflowReplayer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Runs that were recorded once still replay: a worker with today's workflows can take over a run
 * that an earlier one began. A failure here means that the change would break runs under way;
 * either keep the old order of calls behind {@code Workflow.getVersion}, or, before a release,
 * record anew:
 *
 * <pre>./mvnw -pl workflows -am test -Dtest=ReplayTest -Dhistories=record \
 *     -Dsurefire.failIfNoSpecifiedTests=false</pre>
 */
class ReplayTest {
  private static final Path HISTORIES =
      Path.of(System.getProperty("espalier.root"), "workflows/src/test/resources/histories");

  static List<Path> histories() throws IOException {
    try (Stream<Path> files = Files.list(HISTORIES)) {
      return files.filter(file -> file.toString().endsWith(".json")).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("histories")
  void aRecordedRunReplays(Path history) throws Exception {
    try (InProcess temporal = new InProcess()) {
      WorkflowReplayer.replayWorkflowExecution(
          WorkflowHistoryLoader.readHistory(history.toFile()), temporal.workflows);
    }
  }

  @Test
  void everyKindOfRunIsRecorded() throws IOException {
    assertThat(histories())
        .extracting(file -> file.getFileName().toString())
        .containsExactly(
            "compression-in-turns.json",
            "compression-retried.json",
            "compression-without-svs.json",
            "compression.json",
            "invalid.json",
            "sweep-with-failed-arm.json",
            "sweep.json",
            "train.json");
  }

  @Test
  @EnabledIfSystemProperty(named = "histories", matches = "record")
  void record() {
    try (InProcess temporal = new InProcess()) {
      record(temporal, temporal.compress("compression", "{}"));
      record(
          temporal, temporal.compress("compression-without-svs", "{\"svs\":{\"enabled\":false}}"));
      record(temporal, temporal.compress("compression-in-turns", "{\"iterate\":{\"rounds\":2}}"));
      record(temporal, temporal.compress("invalid", "{\"prune\":{\"ratio\":1.5}}"));
      record(
          temporal,
          temporal.start(TrainWorkflow.class, "train", InProcess.json("{\"network\":{}}")));
      String sweep =
          """
          {"name": "grid", "parallel": 2,
           "axes": {"prune.ratio": [0.5, 0.7], "svs.enabled": [false, true]}}
          """;
      record(temporal, temporal.sweep("sweep", sweep));
      temporal.device.failingRatio = 0.7;
      record(temporal, temporal.sweep("sweep-with-failed-arm", sweep));
      temporal.device.faults.set(2);
      record(temporal, temporal.compress("compression-retried", "{}"));
    }
  }

  private static void record(InProcess temporal, WorkflowStub run) {
    String id = run.getExecution().getWorkflowId();
    try {
      run.getResultAsync(Object.class).handle((result, failure) -> id).join();
      Files.writeString(HISTORIES.resolve(id + ".json"), temporal.history(id) + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

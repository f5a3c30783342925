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
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Runs that were recorded once still replay: a worker with today's workflows can take over a run
 * that an earlier one began. A failure here means that the change would break runs under way; keep
 * the old order of calls behind {@code Workflow.getVersion}, as {@link WorkflowTypes} says. A
 * history that is there is never recorded anew; this records those that are missing:
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
            "compression-cancelled-while-paused.json",
            "compression-controlled.json",
            "compression-extended-by-signal.json",
            "compression-in-turns.json",
            "compression-paused-in-back-off.json",
            "compression-retried.json",
            "compression-searched.json",
            "compression-without-svs.json",
            "compression.json",
            "invalid.json",
            "sweep-paused.json",
            "sweep-raced.json",
            "sweep-searched.json",
            "sweep-sought.json",
            "sweep-with-failed-arm.json",
            "sweep.json",
            "train-controlled.json",
            "train-searched.json",
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

  @Test
  @EnabledIfSystemProperty(named = "histories", matches = "record")
  void recordSearches() {
    try (InProcess temporal = new InProcess()) {
      record(
          temporal,
          temporal.sweep(
              "sweep-raced",
              """
              {"name": "race", "rungs": {"steps": [10, 30]},
               "axes": {"prune.ratio": [0.7, 0.5, 0.3]}}
              """));
      record(
          temporal,
          temporal.sweep(
              "sweep-searched",
              """
              {"name": "search", "search": {"sampler": "tpe", "trials": 6, "startup": 3},
               "axes": {"prune.ratio": {"low": 0.1, "high": 0.9}}}
              """));
    }
  }

  @Test
  @EnabledIfSystemProperty(named = "histories", matches = "record")
  void recordControlled() {
    try (InProcess temporal = new InProcess()) {
      temporal.device.training = new CountDownLatch(1);
      WorkflowStub run = temporal.compress("compression-controlled", "{}");
      temporal.awaitTraining(1);
      run.update("pause", String.class);
      run.update("extend", String.class, InProcess.json("{\"steps\": 50}"));
      run.update("resume", String.class);
      temporal.awaitTraining(1);
      run.update("extend", String.class, InProcess.json("{\"steps\": 50}"));
      temporal.device.training.countDown();
      record(temporal, run);

      temporal.device.training = new CountDownLatch(1);
      run = temporal.compress("compression-extended-by-signal", "{}");
      temporal.awaitTraining(1);
      run.signal("extend", InProcess.json("{\"steps\": 50}"));
      run.signal("pause");
      while (!run.query("paused", Boolean.class)) Thread.onSpinWait();
      run.signal("resume");
      temporal.device.training.countDown();
      record(temporal, run);

      temporal.device.training = new CountDownLatch(1);
      run = temporal.compress("compression-cancelled-while-paused", "{}");
      temporal.awaitTraining(1);
      run.update("pause", String.class);
      run.cancel();
      record(temporal, run);

      run =
          temporal.start(
              TrainWorkflow.class, "train-controlled", InProcess.json("{\"network\":{}}"));
      temporal.awaitTraining(1);
      run.update("pause", String.class);
      run.update("resume", String.class);
      temporal.awaitTraining(1);
      run.update("extend", String.class, InProcess.json("{\"steps\": 50}"));
      temporal.device.training.countDown();
      record(temporal, run);

      temporal.device.training = new CountDownLatch(1);
      run = temporal.sweep("sweep-paused", "{\"axes\": {\"prune.ratio\": [0.3, 0.5, 0.7]}}");
      temporal.awaitTraining(2);
      run.update("pause", String.class);
      temporal.awaitTraining(0);
      run.update("resume", String.class);
      temporal.device.training.countDown();
      record(temporal, run);

      temporal.device.faults.set(Integer.MAX_VALUE);
      run = temporal.compress("compression-paused-in-back-off", "{}");
      while (temporal.device.faults.get() > Integer.MAX_VALUE - 2) Thread.onSpinWait();
      run.update("pause", String.class);
      temporal.device.faults.set(0);
      run.update("resume", String.class);
      record(temporal, run);
    }
  }

  @Test
  @EnabledIfSystemProperty(named = "histories", matches = "record")
  void recordSearched() {
    try (InProcess temporal = new InProcess(new RunView(true, null, null))) {
      temporal.device.training = new CountDownLatch(1);
      WorkflowStub run = temporal.compress("compression-searched", "{}");
      temporal.awaitTraining(1);
      run.signal("progress", new Progress("finetune", 150, 300, 0.05, 60.0));
      run.update("pause", String.class);
      run.update("resume", String.class);
      temporal.device.training.countDown();
      record(temporal, run);
      temporal.device.training = new CountDownLatch(1);
      run =
          temporal.start(TrainWorkflow.class, "train-searched", InProcess.json("{\"network\":{}}"));
      temporal.awaitTraining(1);
      run.signal("progress", new Progress("train", 150, 300, 0.05, 60.0));
      run.cancel();
      record(temporal, run);

      temporal.device.training = new CountDownLatch(1);
      temporal.device.failingRatio = 0.7;
      run = temporal.sweep("sweep-sought", "{\"axes\": {\"prune.ratio\": [0.3, 0.5, 0.7]}}");
      temporal.awaitTraining(2);
      run.update("pause", String.class);
      run.update("resume", String.class);
      temporal.device.training.countDown();
      record(temporal, run);
    }
  }

  private static void record(InProcess temporal, WorkflowStub run) {
    String id = run.getExecution().getWorkflowId();
    try {
      run.getResultAsync(Object.class).handle((result, failure) -> id).join();
      Path file = HISTORIES.resolve(id + ".json");
      if (!Files.exists(file)) Files.writeString(file, temporal.history(id) + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

package dev.espalier.workers.bench;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.uber.m3.tally.NoopScope;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
import dev.espalier.workers.connection.Settings;
import dev.espalier.workers.connection.TemporalConnection;
import dev.espalier.workers.connection.WorkFolder;
import dev.espalier.workers.process.WorkerProcess;
import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityMethod;
import io.temporal.activity.ActivityOptions;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowOptions;
import io.temporal.worker.WorkerFactory;
import io.temporal.workflow.Async;
import io.temporal.workflow.Promise;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/**
 * What orchestration alone costs: stages that do nothing, one after the other and many at once, in
 * this program's way (activities on a Temporal server that keeps every event in its database) and
 * in those of the Python tools that are used for the same. What a stage does with the store is not
 * counted on our side.
 *
 * @param peer {@code espalier}, {@code metaflow}, {@code prefect} or {@code ray}
 * @param version absent of ourselves
 * @param inOrder milliseconds per stage, one after the other; NaN where the peer does not run
 * @param inParallel milliseconds per stage, all at once
 * @param rounds the medians are of so many, in order and at once; absent where the peer does not
 *     run
 * @param why a peer does not run
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Overhead(
    String peer,
    @Nullable String version,
    double inOrder,
    double inParallel,
    @Nullable List<Integer> rounds,
    @Nullable String why) {
  /** Stages one after the other. */
  public static final int IN_ORDER = 50;

  /** Stages at once. */
  public static final int IN_PARALLEL = 200;

  /**
   * The median of so many counts, on our side; of fewer where a peer takes longer than a minute.
   */
  public static final int ROUNDS = 5;

  /** For so long stages are run uncounted first: a worker is at work for days. */
  public static final int WARM_UP_SECONDS = 20;

  private static final String WORKFLOWS = "overhead-compress";

  /** As stages have it: not that of the workflows. */
  private static final String ACTIVITIES = "overhead-cpu";

  /** A stage that does nothing. */
  @ActivityInterface
  public interface Stage {
    @ActivityMethod(name = "NoOp")
    int stage(int number);
  }

  /** So many of them. */
  @WorkflowInterface
  public interface Stages {
    @WorkflowMethod(name = "NoOps")
    int run(int count, boolean parallel);
  }

  /** Gives back what it is given. */
  public static final class NoOp implements Stage {
    @Override
    public int stage(int number) {
      return number;
    }
  }

  /** Calls stages with the time limits that real ones have. */
  public static final class NoOps implements Stages {
    private final Stage stage =
        Workflow.newActivityStub(
            Stage.class,
            ActivityOptions.newBuilder()
                .setTaskQueue(ACTIVITIES)
                .setStartToCloseTimeout(Duration.ofDays(30))
                .setHeartbeatTimeout(Duration.ofSeconds(30))
                .build());

    @Override
    public int run(int count, boolean parallel) {
      if (!parallel) {
        for (int i = 0; i < count; i++) stage.stage(i);
        return count;
      }
      List<Promise<Integer>> all = new ArrayList<>();
      for (int i = 0; i < count; i++) all.add(Async.function(stage::stage, i));
      Promise.allOf(all).get();
      return count;
    }
  }

  /**
   * Ourselves, on the server that this program would use.
   *
   * @throws InvalidInput if there is none that keeps what it is told
   */
  public static Overhead ours(Settings settings, WorkFolder folder) {
    TemporalConnection server =
        TemporalConnection.lasting(settings, folder, null, new NoopScope())
            .orElseThrow(
                () ->
                    new InvalidInput(
                        "this measures a Temporal server that keeps its events: put the `temporal`"
                            + " command line tool on the path, or name a server with"
                            + " TEMPORAL_ADDRESS"));
    try (server) {
      WorkerFactory factory = WorkerFactory.newInstance(server.client());
      factory.newWorker(WORKFLOWS).registerWorkflowImplementationTypes(NoOps.class);
      factory
          .newWorker(ACTIVITIES, WorkerProcess.cpuSlots())
          .registerActivitiesImplementations(new NoOp());
      factory.start();
      try {
        for (double s = 0; s < WARM_UP_SECONDS; ) s += seconds(server.client(), IN_ORDER, false);
        return new Overhead(
            "espalier",
            null,
            1000 * median(server.client(), IN_ORDER, false) / IN_ORDER,
            1000 * median(server.client(), IN_PARALLEL, true) / IN_PARALLEL,
            List.of(ROUNDS, ROUNDS),
            null);
      } finally {
        factory.shutdownNow();
      }
    }
  }

  private static double median(WorkflowClient client, int count, boolean parallel) {
    return DoubleStream.generate(() -> seconds(client, count, parallel))
        .limit(ROUNDS)
        .sorted()
        .toArray()[ROUNDS / 2];
  }

  private static double seconds(WorkflowClient client, int count, boolean parallel) {
    Stages run =
        client.newWorkflowStub(
            Stages.class,
            WorkflowOptions.newBuilder()
                .setTaskQueue(WORKFLOWS)
                .setWorkflowId("overhead-" + UUID.randomUUID())
                .build());
    long begun = System.nanoTime();
    run.run(count, parallel);
    return (System.nanoTime() - begun) / 1e9;
  }

  /**
   * The Python tools that are installed, each in its turn.
   *
   * @param log where their complaints go
   */
  public static List<Overhead> peers(Path home, String python, Path log) throws IOException {
    Process process =
        new ProcessBuilder(
                python,
                home.resolve("workers/src/main/python/overhead_peers.py").toString(),
                "--in-order",
                String.valueOf(IN_ORDER),
                "--in-parallel",
                String.valueOf(IN_PARALLEL),
                "--rounds",
                String.valueOf(ROUNDS),
                "--warm-up",
                String.valueOf(WARM_UP_SECONDS))
            .redirectError(log.toFile())
            .start();
    List<Overhead> peers = new ArrayList<>();
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        peers.add(peer(Json.parse(line, "overhead_peers.py")));
      }
    } finally {
      process.destroy();
    }
    InvalidInput.require(!peers.isEmpty(), "%s measured nothing; see %s", python, log);
    return peers;
  }

  private static Overhead peer(JsonNode found) {
    JsonNode why = found.get("why");
    return new Overhead(
        found.path("peer").asText(),
        found.has("version") ? found.get("version").asText() : null,
        why == null ? 1000 * found.path("inOrder").asDouble() / IN_ORDER : Double.NaN,
        why == null ? 1000 * found.path("inParallel").asDouble() / IN_PARALLEL : Double.NaN,
        why == null ? List.of(found.at("/rounds/0").asInt(), found.at("/rounds/1").asInt()) : null,
        why == null ? null : why.asText());
  }
}

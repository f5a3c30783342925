package dev.espalier.workers.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.uber.m3.tally.NoopScope;
import dev.espalier.compression.ExternalProgram;
import dev.espalier.compression.FreePort;
import dev.espalier.compression.Json;
import dev.espalier.workers.RealRun;
import dev.espalier.workers.connection.Settings;
import dev.espalier.workers.connection.TemporalConnection;
import dev.espalier.workflows.CompressionResult;
import dev.espalier.workflows.DevServer;
import dev.espalier.workflows.StageOptions;
import io.temporal.client.WorkflowStub;
import io.temporal.testing.TemporalDevServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real run by two workers in processes of their own, the first of which is killed in its
 * training, scraped by a real Prometheus. Then every query of every dashboard, every mark and every
 * variable has data, and the curve that is backfilled is the whole of it.
 */
@Timeout(1800)
class DashboardDataTest {
  private static final String RUN = "tiny-0123456789ab";
  private static final int STEPS = 600;
  private static final int INTERVAL = 100;

  private static final String NO_FAILURE = "only when something failed, which here need not be";
  private static final String BACKFILLED = "only from backfilled curves, which are asked for below";

  /** Queries that may have no data here, and why. */
  private static final Map<String, String> SPECIAL =
      Map.ofEntries(
          Map.entry("convergence: Checkpoints committed and failed [B]", NO_FAILURE),
          Map.entry("convergence: Exact loss [A]", BACKFILLED),
          Map.entry("convergence: Exact loss [B]", BACKFILLED),
          Map.entry("convergence: Exact loss by step [A]", BACKFILLED),
          Map.entry("convergence: Exact loss by step [B]", BACKFILLED),
          Map.entry("convergence: Exact loss by step [C]", BACKFILLED),
          Map.entry("convergence: Exact gradient norm [A]", BACKFILLED),
          Map.entry("convergence: Exact learning rate [A]", BACKFILLED),
          Map.entry("compare: Exact training loss by step [A]", BACKFILLED),
          Map.entry("compare: Exact training loss by step [B]", BACKFILLED),
          Map.entry("compare: Exact validation loss by step [A]", BACKFILLED),
          Map.entry("compare: Exact validation loss by step [B]", BACKFILLED),
          Map.entry("platform: Failed attempts by type [A]", NO_FAILURE),
          Map.entry("platform: Checkpoints that failed [A]", NO_FAILURE),
          Map.entry("platform: Store requests that failed [A]", NO_FAILURE),
          Map.entry("platform: Calls that failed [A]", NO_FAILURE),
          Map.entry("platform: Workflows ended [B]", NO_FAILURE),
          Map.entry("platform: Workflows ended [C]", NO_FAILURE),
          Map.entry("platform: Attempts of activities that failed [A]", NO_FAILURE));

  private final List<Process> workers = new ArrayList<>();

  @TempDir Path folder;

  @AfterEach
  void stop() {
    workers.forEach(worker -> worker.destroyForcibly().onExit().join());
  }

  @Test
  void everyQueryHasDataOfARunWhoseWorkerWasKilled() throws Exception {
    ExternalProgram.PROMETHEUS.get();
    Path work = Files.createDirectories(folder.resolve("work"));
    RealRun.networks(work);
    List<Integer> ports = List.of(FreePort.find(), FreePort.find());
    CompressionResult result;
    try (TemporalDevServer temporal = DevServer.start();
        PrometheusServer prometheus = PrometheusServer.start(folder.resolve("prometheus"), ports)) {
      double from = now();
      Process first = worker(work, temporal, ports.get(0));
      try (TemporalConnection connection = connect(work, temporal)) {
        WorkflowStub run =
            connection
                .client()
                .newUntypedWorkflowStub(
                    "CompressionWorkflow", StageOptions.run(RUN, "a run to be watched"));
        run.start(Json.parse(plan(), "test"));
        await(prometheus, "max(espalier_checkpoint_step{run=\"" + RUN + "\"}) > 0", first);
        first.destroyForcibly().onExit().join();
        Process second = worker(work, temporal, ports.get(1));
        result = run.getResult(CompressionResult.class);
        await(prometheus, "sum(temporal_workflow_completed_total) > 0", second);
        Thread.sleep(2_000); // Of the last scrape, all queries have a whole second.
      }
      Look look = new Look(prometheus, from, now());
      List<String> empty = new ArrayList<>();
      for (Dashboard dashboard : Dashboard.all()) empty.addAll(look.empty(dashboard));
      assertThat(SPECIAL.keySet()).containsAll(empty);
      assertThat(empty).containsAll(backfilled());
    }
    assertThat(result.finetune().resumedFrom()).isPositive();
    stop();
    backfill(work);
  }

  /** Its evaluations last several scrapes, so that what is counted before and after them rises. */
  private static String plan() {
    return RealRun.plan(STEPS, INTERVAL)
        .replace("\"samples\": 6, \"steps\": 2", "\"samples\": 600, \"steps\": 10");
  }

  /** The curve of the killed run, brought to another Prometheus. */
  private void backfill(Path work) throws Exception {
    Path file = folder.resolve("curves.om");
    long start = (long) now() / 60 * 60 - 7_200;
    Process curves =
        RealRun.start(
            environment(work),
            folder.resolve("curves.log"),
            List.of(),
            "curves",
            RUN,
            "--openmetrics",
            file.toString(),
            "--start",
            Instant.ofEpochSecond(start).toString(),
            "--step-seconds",
            "1");
    assertThat(curves.waitFor()).as(Files.readString(folder.resolve("curves.log"))).isZero();
    Path data = Files.createDirectories(folder.resolve("backfilled")).resolve("data");
    createBlocks(file, data);
    try (PrometheusServer prometheus = PrometheusServer.start(data.getParent(), List.of())) {
      List<Integer> steps = IntStream.rangeClosed(1, STEPS).boxed().toList();
      Map<Long, Double> at = points(prometheus, "espalier_curve_step[4h]");
      Map<Long, Double> loss = points(prometheus, "espalier_curve_loss[4h]");
      assertThat(at.values().stream().map(Double::intValue)).containsExactlyElementsOf(steps);
      assertThat(loss.keySet()).containsExactlyElementsOf(at.keySet());
      at.forEach((time, step) -> assertThat(time).isEqualTo((start + step.longValue()) * 1_000));
      assertThat(points(prometheus, "espalier_curve_validation_loss[4h]"))
          .hasSize(STEPS / INTERVAL);

      Look look = new Look(prometheus, start, start + STEPS);
      List<String> asked = new ArrayList<>();
      for (Dashboard dashboard : Dashboard.all()) {
        for (Dashboard.Target target : dashboard.targets()) {
          if (!BACKFILLED.equals(SPECIAL.get(target.where()))) continue;
          asked.add(target.where());
          assertThat(look.has(target, look.values(dashboard, RUN, "finetune")))
              .as(target.where())
              .isTrue();
        }
      }
      assertThat(asked).containsExactlyInAnyOrderElementsOf(backfilled());
    }
  }

  private static List<String> backfilled() {
    return SPECIAL.keySet().stream().filter(at -> SPECIAL.get(at).equals(BACKFILLED)).toList();
  }

  /** Every sample of the one series, by its time in milliseconds. */
  private static Map<Long, Double> points(PrometheusServer prometheus, String selector)
      throws Exception {
    JsonNode series = prometheus.instant(selector, now());
    assertThat(series).hasSize(1);
    Map<Long, Double> points = new TreeMap<>();
    for (JsonNode point : series.get(0).get("values")) {
      points.put(
          Math.round(point.get(0).asDouble() * 1_000), Double.parseDouble(point.get(1).asText()));
    }
    return points;
  }

  private static void createBlocks(Path file, Path data) throws Exception {
    Process promtool =
        new ProcessBuilder(
                ExternalProgram.PROMTOOL.get().toString(),
                "tsdb",
                "create-blocks-from",
                "openmetrics",
                file.toString(),
                data.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(promtool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(promtool.waitFor()).as(said).isZero();
  }

  /** Asks a Prometheus what a dashboard would, over one time. */
  private record Look(PrometheusServer prometheus, double from, double to) {
    private static final Map<String, String> GRAFANAS =
        Map.of("__rate_interval", "10s", "__interval", "1s");

    /** The queries without data, marks and variables among them. */
    List<String> empty(Dashboard dashboard) throws Exception {
      Map<String, String> values = new HashMap<>();
      for (JsonNode variable : dashboard.variables()) {
        if (variable.has("definition"))
          values.put(variable.get("name").asText(), value(variable, values));
      }
      List<String> empty = new ArrayList<>();
      values.forEach(
          (name, value) -> {
            if (value.isEmpty()) empty.add(dashboard.name() + ": $" + name);
          });
      for (Dashboard.Target target : dashboard.targets()) {
        if (!has(target, values)) empty.add(target.where());
      }
      for (JsonNode mark : dashboard.annotations()) {
        JsonNode series =
            prometheus.range(substituted(mark.get("expr").asText(), values), from, to);
        if (!hasNumber(series, true))
          empty.add(dashboard.name() + ": " + mark.get("name").asText());
      }
      return empty;
    }

    /**
     * What is chosen where there is one run: what a query gives, all of it where that is offered.
     */
    private String value(JsonNode variable, Map<String, String> before) throws Exception {
      Dashboard.LabelValues asked = Dashboard.LabelValues.of(variable.get("definition").asText());
      List<String> there =
          prometheus.values(asked.label(), substituted(asked.match(), before), from, to);
      if (there.isEmpty()) return "";
      if (variable.has("allValue")) return variable.get("allValue").asText();
      String current = variable.at("/current/value").asText();
      return there.contains(current) ? current : there.get(0);
    }

    /** Values of the variables for a run and a stage. */
    Map<String, String> values(Dashboard dashboard, String run, String stage) {
      Map<String, String> values = new HashMap<>();
      dashboard.variables().forEach(v -> values.put(v.get("name").asText(), ".*"));
      values.put("run", run);
      values.put("stage", stage);
      return values;
    }

    /** At some second at least: a panel of what is at work has nothing when all has ended. */
    boolean has(Dashboard.Target target, Map<String, String> values) throws Exception {
      return hasNumber(prometheus.range(substituted(target.expression(), values), from, to), false);
    }

    private String substituted(String query, Map<String, String> values) {
      return Dashboard.replace(
          query,
          name ->
              name.equals("__range")
                  ? Math.round(to - from) + "s"
                  : Stream.of(GRAFANAS, values)
                      .map(known -> known.get(name))
                      .filter(value -> value != null)
                      .findFirst()
                      .orElseThrow(() -> new AssertionError("$" + name + " in " + query)));
    }

    /** Whether there is one, and for a mark one above 0. */
    private static boolean hasNumber(JsonNode series, boolean positive) {
      for (JsonNode one : series) {
        for (JsonNode point : one.get("values")) {
          double value = Double.parseDouble(point.get(1).asText().replace("Inf", "Infinity"));
          if (!Double.isNaN(value) && (value > 0 || !positive)) return true;
        }
      }
      return false;
    }
  }

  private static void await(PrometheusServer prometheus, String query, Process worker)
      throws Exception {
    while (prometheus.instant(query, now()).isEmpty()) {
      assertThat(worker.isAlive()).isTrue();
      Thread.sleep(300);
    }
  }

  private Process worker(Path work, TemporalDevServer temporal, int port) throws IOException {
    Map<String, String> environment = environment(work);
    environment.put("TEMPORAL_ADDRESS", temporal.getTarget());
    environment.put("ESPALIER_NVIDIA_SMI", StandInGpu.in(folder).toString());
    Process worker =
        RealRun.start(
            environment,
            folder.resolve("worker-" + port + ".log"),
            List.of("-Despalier.heartbeat=6"),
            "worker",
            "--metrics-port",
            String.valueOf(port));
    workers.add(worker);
    return worker;
  }

  private static Map<String, String> environment(Path work) {
    Map<String, String> environment = new HashMap<>();
    environment.put("ESPALIER_HOME", work.toString());
    environment.put("ESPALIER_WORK", work.resolve("state").toString());
    environment.put("ESPALIER_DATA", RealRun.data());
    environment.put("ESPALIER_THREADS", "1");
    environment.put("ESPALIER_MIN_FREE_MB", "0");
    return environment;
  }

  private static TemporalConnection connect(Path work, TemporalDevServer temporal) {
    Settings settings = new Settings(work, work.resolve("state"), Map.of());
    return TemporalConnection.running(settings, temporal.getTarget(), new NoopScope())
        .orElseThrow();
  }

  /** Unix time in seconds. */
  private static double now() {
    return System.currentTimeMillis() / 1e3;
  }
}

package dev.espalier.workers;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import dev.espalier.activities.CurveLog;
import dev.espalier.activities.shelf.Shelf;
import dev.espalier.compression.Json;
import dev.espalier.workers.connection.Settings;
import dev.espalier.workers.connection.StoreConnection;
import dev.espalier.workflows.DevServer;
import io.temporal.client.WorkflowClient;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import io.temporal.testing.TemporalDevServer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Schedules on a real server, whose runs a worker in this JVM does. */
@Timeout(600)
class ScheduleTest {
  private static final String TIME = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ";

  private static TemporalDevServer server;
  private static Thread worker;

  @TempDir static Path work;

  @BeforeAll
  static void start() throws IOException {
    server = DevServer.start();
    Path recipes = Files.createDirectories(work.resolve("recipes"));
    Files.writeString(recipes.resolve("small.json"), "{\"prune\": {\"ratio\": 0.3}}");
    curve();
    worker = new Thread(() -> call("worker"), "worker");
    worker.setDaemon(true);
    worker.start();
  }

  @AfterAll
  static void end() throws InterruptedException {
    if (worker != null) {
      worker.interrupt();
      worker.join();
    }
    if (server != null) server.close();
  }

  @Test
  void aScheduleIsCreatedListedHeldAndDeleted() {
    Invocation created =
        call("schedule", "create", "held", "small", "--cron", "30 3 * * *", "--zone", "UTC");
    assertThat(created.exitCode()).as(created.err()).isZero();
    assertThat(created.out().strip()).isEqualTo("held: created; its runs are scheduled-held-TIME");
    JsonNode line = listed("held", "active");
    assertThat(line.get("cron").asText()).isEqualTo("30 3 * * * UTC");
    assertThat(line.get("workflow").asText()).isEqualTo("CompressionWorkflow");
    assertThat(line.get("next").asText()).endsWith("T03:30:00Z");
    assertThat(line.get("run").isNull()).isTrue();
    assertThat(call("schedule", "create", "held", "small").said())
        .containsExactly("espalier: there is a schedule 'held' already; delete it first");

    call("schedule", "pause", "held");
    assertThat(listed("held", "paused").get("next").isNull()).isTrue();
    call("schedule", "resume", "held");
    listed("held", "active");

    assertThat(call("schedule", "delete", "held", "--json").out().strip())
        .isEqualTo("{\"schedule\":\"held\",\"did\":\"deleted\",\"runs\":\"scheduled-held-\"}");
    assertThat(call("schedule", "pause", "held").said())
        .containsExactly(
            "espalier: the server knows no schedule 'held'; `espalier schedule list` tells which");
  }

  @Test
  void eachRunHasItsOwnIdAndReportAndIsTakenByEveryCommand() throws IOException {
    call("schedule", "create", "nightly", "small");
    String first = trigger("nightly", "");
    assertThat(first).matches("scheduled-nightly-" + TIME);
    JsonNode ended = ended(first);
    assertThat(ended.get("kind").asText()).isEqualTo("compression");
    assertThat(ended.get("report").booleanValue()).isTrue();
    assertThat(work.resolve("state/s3/espalier/runs").resolve(first)).isDirectory();

    assertThat(call("schedule", "list").out().lines().filter(line -> line.startsWith("nightly")))
        .singleElement()
        .asString()
        .endsWith("  " + first);
    assertThat(call("status", first).out()).contains(first);
    assertThat(done("status", "--watch", first).out()).contains(first);
    assertThat(done("logs", first).out()).contains("run begun", "loss 0.5", "run completed");
    String page = Json.parse(done("report", first, "--json").out(), "out").get("report").asText();
    assertThat(Path.of(page)).hasFileName(first + ".html").exists();
    Invocation opened = done("open", first);
    assertThat(opened.out().strip()).isEqualTo("report: " + page);
    String address = opened.err().substring(opened.err().indexOf("file:")).strip();
    assertThat(Path.of(URI.create(address))).isEqualTo(Path.of(page));
    Path curves = work.resolve("curves.om");
    done("curves", first, "--openmetrics", curves.toString());
    assertThat(curves)
        .content()
        .contains("{experiment=\"scheduled-nightly\",run=\"" + first + "\",stage=\"finetune\"}");
    JsonNode longer = Json.parse(done("extend", first, "--steps", "5", "--json").out(), "out");
    assertThat(longer.at("/finetune/steps").intValue()).isEqualTo(305);
    done("gc", "--dry-run");

    String second = trigger("nightly", first);
    assertThat(second).matches("scheduled-nightly-" + TIME);
    ended(second);
    assertThat(done("report", first).out()).contains(first);
    assertThat(done("report", second).out()).contains(second);
    done("compare", first, second);

    call("schedule", "delete", "nightly");
    assertThat(done("open", second).out()).contains(second);
    assertThat(call("pause", second).said())
        .containsExactly("espalier: run '" + second + "' is over: it has completed");
    assertThat(call("open", "scheduled-nightly-02:00").said())
        .containsExactly("espalier: 'scheduled-nightly-02:00' is no run's id");
    assertThat(call("export", "x-2026-11-22T02:00:00Z", "--to", "out").said())
        .containsExactly(
            "espalier: 'x-2026-11-22T02:00:00Z' is neither a finished run (`espalier status` lists"
                + " them) nor a network");
  }

  @Test
  void aSweepIsScheduledWhoseArmsAreTheSameRunsEachTime() {
    String sweep = "{\"name\": \"nights\", \"axes\": {\"prune.ratio\": [0.3, 0.5]}}";
    call("schedule", "create", "sweeps", sweep);
    String first = trigger("sweeps", "");
    assertThat(ended(first).get("kind").asText()).isEqualTo("sweep");
    String second = trigger("sweeps", first);
    ended(second);

    List<String> arms = arms();
    assertThat(arms).hasSize(2).allMatch(arm -> arm.matches("nights-[0-9a-f]{12}"));
    for (String run : List.of(first, second)) {
      assertThat(done("open", run).out()).contains("scheduled-sweeps-");
      assertThat(done("logs", run).out()).contains(arms).contains("run completed");
      assertThat(call("export", run, "--to", "out").err())
          .contains(run + " is a sweep")
          .contains(arms);
      await(() -> Optional.of(armsFoundBySearch(run)).filter(found -> found == 2));
    }
    for (String arm : arms) {
      assertThat(ended(arm).get("report").booleanValue()).isTrue();
      done("report", arm);
    }
    call("schedule", "delete", "sweeps");
  }

  @Test
  void whatCannotBeScheduledIsSaidInOneLine() {
    assertThat(Invocation.of(work, "schedule", "create", "night", "small").said())
        .containsExactly(
            "espalier: no Temporal server is at work here, which would keep the schedule (`infra/up`"
                + " starts one that lasts); name one with --temporal or TEMPORAL_ADDRESS");
    assertThat(call("schedule", "make").said())
        .containsExactly(
            "espalier: 'make' is nothing to do with a schedule; legal are create, list, pause,"
                + " resume, trigger, delete");
    assertThat(call("schedule", "trigger").said())
        .containsExactly("espalier: schedule trigger takes the schedule's NAME");
    assertThat(call("schedule", "create", "Night", "small").said())
        .containsExactly(
            "espalier: NAME is 'Night'; legal are up to 61 lower-case letters, digits and dashes");
    assertThat(call("schedule", "create", "night").said())
        .containsExactly("espalier: schedule create takes NAME and PLAN");
    assertThat(call("schedule", "create", "night", "small", "--cron", "daily").said())
        .containsExactly("espalier: --cron is 'daily'; legal are five fields, such as '0 2 * * *'");
    assertThat(call("schedule", "create", "night", "small", "--zone", "Mars").said())
        .containsExactly("espalier: --zone is 'Mars'; legal is one such as Europe/Berlin");
    Invocation plan = call("schedule", "create", "night", "{\"prune\": {\"ratio\": 7}}");
    assertThat(plan.exitCode()).isEqualTo(2);
    assertThat(plan.said()).hasSize(1);
    Invocation odd = call("schedule", "create", "night", "small", "--cron", "99 2 * * *");
    assertThat(odd.exitCode()).isEqualTo(2);
    assertThat(odd.said()).hasSize(1);
  }

  /** What {@link SmallStages} say that they trained, with a curve. */
  private static void curve() throws IOException {
    Settings settings =
        Settings.of(Map.of("ESPALIER_WORK", work.resolve("state").toString()), null);
    try (StoreConnection store = StoreConnection.open(settings, settings.workFolder())) {
      new Shelf(store.store(), work.resolve("cache"), Map.of())
          .stage("finetune", "0123456789abcdef0123", NullNode.getInstance(), List.of())
          .add(CurveLog.PART, "{\"step\":1,\"loss\":0.5}\n".getBytes(UTF_8))
          .numbers(Map.of("resumedFrom", 0, "seconds", 10.0))
          .commit();
    }
  }

  /** Starts a run now; its id, which is not {@code before}: ids tell seconds apart. */
  private static String trigger(String schedule, String before) {
    await(() -> Optional.of(second()).filter(now -> !before.endsWith(now)));
    assertThat(done("schedule", "trigger", schedule).out()).contains("started now");
    return await(
        () ->
            lines("schedule", "list", "--json")
                .filter(line -> line.get("name").asText().equals(schedule))
                .filter(line -> !line.get("run").isNull())
                .map(line -> line.get("run").asText())
                .filter(run -> !run.equals(before))
                .findFirst());
  }

  private static String second() {
    return Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
  }

  /** The schedule, once the server lists it in that state. */
  private static JsonNode listed(String name, String state) {
    return await(
        () ->
            lines("schedule", "list", "--json")
                .filter(line -> line.get("name").asText().equals(name))
                .filter(line -> line.get("state").asText().equals(state))
                .findFirst());
  }

  /** The run, once it has come to its result. */
  private static JsonNode ended(String id) {
    return await(
        () ->
            lines("status", "--json")
                .filter(run -> run.get("run").asText().equals(id))
                .filter(run -> run.get("state").asText().equals("completed"))
                .findFirst());
  }

  private static List<String> arms() {
    return lines("status", "--json")
        .map(run -> run.get("run").asText())
        .filter(run -> run.startsWith("nights-"))
        .distinct()
        .toList();
  }

  private static long armsFoundBySearch(String sweep) {
    WorkflowServiceStubs stubs =
        WorkflowServiceStubs.newServiceStubs(
            WorkflowServiceStubsOptions.newBuilder().setTarget(server.getTarget()).build());
    try {
      return WorkflowClient.newInstance(stubs)
          .countWorkflows("Sweep = '" + sweep + "' AND Method != 'sweep'")
          .getCount();
    } finally {
      stubs.shutdownNow();
    }
  }

  private static <T> T await(Supplier<Optional<T>> look) {
    while (true) {
      Optional<T> found = look.get();
      if (found.isPresent()) return found.get();
      try {
        Thread.sleep(200);
      } catch (InterruptedException e) {
        throw new AssertionError("the server does not say what is waited for", e);
      }
    }
  }

  private static Stream<JsonNode> lines(String... arguments) {
    return StreamSupport.stream(Json.parse(done(arguments).out(), "out").spliterator(), false);
  }

  private static Invocation done(String... arguments) {
    Invocation done = call(arguments);
    assertThat(done.exitCode()).as("%s: %s", List.of(arguments), done.err()).isZero();
    return done;
  }

  private static Invocation call(String... arguments) {
    Map<String, String> variables =
        Map.of("TEMPORAL_ADDRESS", server.getTarget(), "ESPALIER_HOME", work.toString());
    return Invocation.of(work, variables, SmallStages::of, "", arguments);
  }
}

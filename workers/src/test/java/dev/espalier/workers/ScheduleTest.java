package dev.espalier.workers;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.Json;
import dev.espalier.workflows.DevServer;
import io.temporal.testing.TemporalDevServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Schedules on a real server, whose runs a worker in this JVM does. */
@Timeout(120)
class ScheduleTest {
  private static TemporalDevServer server;

  @TempDir static Path work;

  @BeforeAll
  static void start() throws IOException {
    server = DevServer.start();
    Path recipes = Files.createDirectories(work.resolve("recipes"));
    Files.writeString(recipes.resolve("small.json"), "{\"prune\": {\"ratio\": 0.3}}");
  }

  @AfterAll
  static void end() {
    if (server != null) server.close();
  }

  @Test
  void aScheduleIsCreatedListedHeldStartedAndDeleted() throws InterruptedException {
    Invocation created =
        call("schedule", "create", "nightly", "small", "--cron", "30 3 * * *", "--zone", "UTC");
    assertThat(created.exitCode()).as(created.err()).isZero();
    assertThat(created.out().strip()).isEqualTo("nightly: created; its runs are scheduled-nightly");
    JsonNode line = listed("active");
    assertThat(line.get("cron").asText()).isEqualTo("30 3 * * * UTC");
    assertThat(line.get("workflow").asText()).isEqualTo("CompressionWorkflow");
    assertThat(line.get("next").asText()).endsWith("T03:30:00Z");
    assertThat(call("schedule", "create", "nightly", "small").said())
        .containsExactly("espalier: there is a schedule 'nightly' already; delete it first");

    call("schedule", "pause", "nightly");
    assertThat(listed("paused").get("next").isNull()).isTrue();
    call("schedule", "resume", "nightly");
    listed("active");

    Thread worker = new Thread(() -> call("worker"), "worker");
    worker.setDaemon(true);
    worker.start();
    assertThat(call("schedule", "trigger", "nightly").out()).contains("started now");
    JsonNode run = ended("scheduled-nightly");
    assertThat(run.get("kind").asText()).isEqualTo("compression");
    worker.interrupt();
    worker.join();

    assertThat(call("schedule", "delete", "nightly", "--json").out().strip())
        .isEqualTo("{\"schedule\":\"nightly\",\"did\":\"deleted\",\"run\":\"scheduled-nightly\"}");
    assertThat(call("schedule", "pause", "nightly").said())
        .containsExactly(
            "espalier: the server knows no schedule 'nightly'; `espalier schedule list` tells"
                + " which");
  }

  @Test
  void whatCannotBeScheduledIsSaidInOneLine() {
    assertThat(call("schedule", "make").said())
        .containsExactly(
            "espalier: 'make' is nothing to do with a schedule; legal are create, list, pause,"
                + " resume, trigger, delete");
    assertThat(call("schedule", "create", "Night", "small").said())
        .containsExactly(
            "espalier: NAME is 'Night'; legal are up to 61 lower-case letters, digits and dashes");
    assertThat(call("schedule", "create", "night", "small", "--cron", "daily").said())
        .containsExactly("espalier: --cron is 'daily'; legal are five fields, such as '0 2 * * *'");
    assertThat(call("schedule", "create", "night", "small", "--zone", "Mars").said())
        .containsExactly("espalier: --zone is 'Mars'; legal is one such as Europe/Berlin");
    assertThat(call("schedule", "create", "night", "{\"prune\": {\"ratio\": 7}}").exitCode())
        .isEqualTo(2);
    Invocation odd = call("schedule", "create", "night", "small", "--cron", "99 2 * * *");
    assertThat(odd.exitCode()).isEqualTo(2);
    assertThat(odd.said()).hasSize(1);
  }

  /** The one schedule, once the server lists it in that state. */
  private JsonNode listed(String state) throws InterruptedException {
    for (int i = 0; i < 100; i++) {
      JsonNode all = Json.parse(call("schedule", "list", "--json").out(), "list");
      if (all.size() == 1 && all.get(0).get("state").asText().equals(state)) return all.get(0);
      Thread.sleep(200);
    }
    throw new AssertionError("no schedule is " + state);
  }

  private JsonNode ended(String id) throws InterruptedException {
    for (int i = 0; i < 100; i++) {
      for (JsonNode run : Json.parse(call("status", "--json").out(), "status")) {
        boolean over = run.get("state").asText().equals("completed");
        if (over && run.get("run").asText().equals(id)) return run;
      }
      Thread.sleep(200);
    }
    throw new AssertionError(id + " has not come to its end");
  }

  private static Invocation call(String... arguments) {
    Map<String, String> variables =
        Map.of("TEMPORAL_ADDRESS", server.getTarget(), "ESPALIER_HOME", work.toString());
    return Invocation.of(work, variables, SmallStages::of, "", arguments);
  }
}

package dev.espalier.workers;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.Json;
import dev.espalier.workers.Invocation.UnderWay;
import dev.espalier.workers.console.Viewer;
import dev.espalier.workflows.DevServer;
import io.temporal.testing.TemporalDevServer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Commands that ask a run under way, which another process serves, over a real server. */
@Timeout(600)
class ControlTest {
  private static TemporalDevServer server;

  @TempDir static Path work;
  private final Training training = new Training();

  @BeforeAll
  static void start() throws IOException {
    server = DevServer.start();
  }

  @AfterAll
  static void end() {
    if (server != null) server.close();
  }

  @Test
  void aRunIsPausedExtendedResumedAndLaterRunLonger() throws Exception {
    UnderWay run = begin("run", "{\"prune\": {\"ratio\": 0.3}}", "--json");
    training.await(1);
    String id = inState("running");

    Invocation paused = call("pause", id);
    assertThat(paused.out().strip())
        .isEqualTo(id + ": paused; finetune goes on when it is resumed");
    assertThat(training.atWork).hasValue(0);
    assertThat(inState("paused")).isEqualTo(id);
    assertThat(call("pause", id).said()).containsExactly("espalier: the run is paused already");
    assertThat(call("pause", id).exitCode()).isEqualTo(2);
    assertThat(call("extend", id, "--steps", "5", "--json").out().strip())
        .isEqualTo("{\"run\":\"" + id + "\",\"answer\":\"finetune: 300 → 305 steps\"}");
    run.await("finetune is paused");
    training.enough.countDown();
    assertThat(call("resume", id).out()).contains("resumed; finetune goes on");
    Invocation ended = run.join();
    assertThat(ended.exitCode()).as(ended.err()).isZero();
    assertThat(Json.parse(ended.out(), "run").at("/finetune/steps").intValue()).isEqualTo(305);

    Invocation late = call("pause", id);
    assertThat(late.exitCode()).isEqualTo(2);
    assertThat(late.said()).containsExactly("espalier: run '" + id + "' is over: it has completed");
    Invocation longer = call("extend", id, "--steps", "10", "--json");
    assertThat(longer.exitCode()).as(longer.err()).isZero();
    JsonNode result = Json.parse(longer.out(), "run");
    assertThat(result.at("/finetune/steps").intValue()).isEqualTo(315);
    assertThat(result.at("/run").asText()).isNotEqualTo(id);
    assertThat(result.at("/plan/prune/ratio").doubleValue()).isEqualTo(0.3);
  }

  @Test
  void aPausedRunIsCancelled() throws InterruptedException {
    UnderWay run = begin("run", "{\"prune\": {\"ratio\": 0.4}}");
    training.await(1);
    String id = inState("running");
    call("pause", id);
    assertThat(call("cancel", id).out().strip())
        .isEqualTo(id + ": ended; what it has finished stays on the shelf");
    assertThat(run.join().exitCode()).isEqualTo(1);
    assertThat(call("resume", id).said())
        .containsExactly("espalier: run '" + id + "' is over: it has been ended (canceled)");
  }

  @Test
  void withoutServerOrRunTheyAnswerInOneLine() {
    for (String command : new String[] {"pause", "resume", "cancel"}) {
      Invocation none = Invocation.of(work, command, "any");
      assertThat(none.exitCode()).isEqualTo(2);
      assertThat(none.said())
          .containsExactly(
              "espalier: no Temporal server is at work here, so there is no run under way to ask;"
                  + " name one with --temporal or TEMPORAL_ADDRESS");
      Invocation unknown = call(command, "any");
      assertThat(unknown.exitCode()).isEqualTo(2);
      assertThat(unknown.said())
          .containsExactly(
              "espalier: the server knows no run 'any'; `espalier status` lists the runs there"
                  + " are");
    }
    assertThat(call("extend", "any", "--steps", "0").said())
        .containsExactly("espalier: steps is 0; legal are 1 to 10000000 more steps");
    assertThat(call("extend", "any", "--steps", "1").said())
        .endsWith(
            "espalier: neither a server nor the shelf has the plan of a run 'any'; `espalier"
                + " status` lists the runs there are");
  }

  @Test
  void aRunThatOnlyTheShelfKnowsIsRunLonger() {
    training.enough.countDown();
    Invocation run = Invocation.of(work, "run", "{\"finetune\": {\"steps\": 7}}", "--json");
    String id = Json.parse(run.out(), "run").get("run").asText();
    Invocation longer = Invocation.of(work, "extend", id, "--steps", "3", "--json");
    assertThat(longer.exitCode()).as(longer.err()).isZero();
    assertThat(Json.parse(longer.out(), "run").at("/finetune/steps").intValue()).isEqualTo(10);
  }

  private String inState(String state) throws InterruptedException {
    return Invocation.runIn(state, () -> call("status", "--json"));
  }

  private UnderWay begin(String... arguments) {
    return UnderWay.begin(work, variables(), training::of, Viewer.NOBODY, arguments);
  }

  private Invocation call(String... arguments) {
    return Invocation.of(work, variables(), training::of, "", arguments);
  }

  private static Map<String, String> variables() {
    return Map.of("TEMPORAL_ADDRESS", server.getTarget());
  }
}

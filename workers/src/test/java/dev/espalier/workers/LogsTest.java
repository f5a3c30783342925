package dev.espalier.workers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.activities.CurveLog;
import dev.espalier.activities.shelf.Shelf;
import dev.espalier.compression.Json;
import dev.espalier.workers.Invocation.UnderWay;
import dev.espalier.workers.console.ReflowingScreen;
import dev.espalier.workers.console.Viewer;
import dev.espalier.workers.console.Window;
import dev.espalier.workers.process.Stages;
import dev.espalier.workflows.DevServer;
import dev.espalier.workflows.SvsActivity;
import io.temporal.testing.TemporalDevServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the terminal tells of runs under way and over, over a real server. */
@Timeout(600)
class LogsTest {
  private static TemporalDevServer server;

  @TempDir static Path work;
  private final Training training = new Training();
  private final AtomicInteger scalings = new AtomicInteger();

  @BeforeAll
  static void start() throws IOException {
    server = DevServer.start();
  }

  @AfterAll
  static void end() {
    if (server != null) server.close();
  }

  @Test
  void aRunIsWatchedAndItsLogFollowedToItsEnd() throws Exception {
    UnderWay run = begin("run", "{\"prune\": {\"ratio\": 0.3}}", "--json");
    training.await(1);
    String id = running();
    UnderWay plain = begin("status", "--watch", "--interval", "1", id);
    UnderWay drawn = begin(screen(), "status", "--watch", "--interval", "1", id);
    UnderWay followed = begin("logs", id, "--follow");

    String sofar = call("logs", id).out();
    assertThat(sofar)
        .contains("run begun", "svs: done (median condition number 2.20, in 0.1 s)")
        .contains("svs: attempt 2; the one before ended: the device fell off")
        .containsPattern("finetune · 300 steps of \\d+ images")
        .containsPattern("finetune \\d+/3000 · loss 0\\.2500");
    plain.await("/3000 · loss 0.2500");
    drawn.await("/3000");
    log("2026-01-01 00:00:00 WARN DurableTraining - finetune " + KEY + ": back to step 7");
    log("2026-01-01 00:00:00 WARN DurableTraining - finetune another: not of this run");
    training.enough.countDown();
    assertThat(run.join().exitCode()).as(run.join().err()).isZero();

    Invocation told = followed.join();
    assertThat(told.exitCode()).as(told.err()).isZero();
    assertThat(told.out().lines().map(line -> line.substring(21)))
        .containsSubsequence(
            "run begun",
            "finetune: done (300 steps, loss 0.0500, validation loss 0.0470, in 0.1 s)",
            "run completed");
    String whole = call("logs", id).out();
    assertThat(whole)
        .contains("WARN finetune " + KEY + ": back to step 7")
        .contains("to step 30: loss 0.", "to step 300: loss 0.")
        .doesNotContain("not of this run");
    assertThat(whole.indexOf("to step 300")).isLessThan(whole.indexOf("finetune: done"));
    for (String line : call("logs", id, "--json").out().lines().toList()) {
      assertThat(Json.parse(line, "line").get("text").textValue()).isNotEmpty();
    }

    Invocation watched = plain.join();
    assertThat(watched.exitCode()).as(watched.err()).isZero();
    List<String> lines = watched.out().lines().toList();
    assertThat(lines)
        .anySatisfy(
            line -> assertThat(line).contains(id + ": running · finetune", "/3000 · loss 0.2500"));
    assertThat(lines.get(lines.size() - 1)).endsWith(id + ": completed · best 47.250");
    assertThat(watched.out()).doesNotContain("\033");

    assertThat(drawn.join().exitCode()).as(drawn.join().err()).isZero();
    ReflowingScreen seen = new ReflowingScreen(120);
    seen.feed(drawn.join().out());
    assertThat(seen.lines()).hasSize(4);
    assertThat(seen.lines().get(0)).contains("0 under way", "Ctrl-C ends the watch");
    assertThat(seen.lines().get(1)).startsWith("run").contains("state", "loss", "left", "best");
    assertThat(seen.lines().get(2)).startsWith(id).contains("completed").endsWith("47.250");
    assertThat(drawn.join().out()).contains("\033[36mrunning", "\033[32mcompleted");
  }

  @Test
  void aFailedRunTellsWhyAndASweepItsArms() {
    training.enough.countDown();
    Invocation sweep = call("sweep", "{\"name\": \"l\", \"axes\": {\"prune.seed\": [1, 14]}}");
    String id = sweep.run();
    Invocation log = call("logs", id);
    assertThat(log.out())
        .contains("prune.seed=1 (l-")
        .containsPattern("prune\\.seed=1 \\(l-\\w+\\): done \\(Fréchet distance 47\\.250")
        .containsPattern("prune\\.seed=14 \\(l-\\w+\\): failed: loss is not a number at step 3");
    String arm = log.out().replaceAll("(?s).*prune\\.seed=14 \\((l-\\w+)\\).*", "$1");
    Invocation failed = call("logs", arm);
    assertThat(failed.exitCode()).isEqualTo(1);
    assertThat(failed.out())
        .contains("prune: failed: loss is not a number at step 3")
        .contains("run failed: ");
    assertThat(call("status", id, "--watch").out()).contains(id + ": completed");
    assertThat(call("status", arm, "--watch").out())
        .contains(arm + ": failed · loss is not a number at step 3");
  }

  @Test
  void whatOnlyTheShelfKnowsIsToldFromThere() {
    Invocation run = Invocation.of(work, "run", "{\"prune\": {\"ratio\": 0.35}}");
    Invocation log = Invocation.of(work, "logs", run.run());
    assertThat(log.exitCode()).as(log.err()).isZero();
    assertThat(log.out().lines().map(String::strip))
        .contains("finetuned: Fréchet distance 47.250, SSIM 0.8125, in 0.1 s");
    Invocation none = Invocation.of(work, "logs", "nope");
    assertThat(none.exitCode()).isEqualTo(2);
    assertThat(none.said())
        .containsExactly(
            "espalier: neither a server nor the shelf knows a run 'nope'; `espalier status` lists"
                + " the runs there are");
  }

  @Test
  void wrongWaysOfWatchingAreRefused() {
    assertThat(call("status", "--watch", "--json").said()).hasSize(1);
    assertThat(call("status", "--watch", "--interval", "0").err())
        .contains("--interval is 0; legal are 1 to 3600 s");
    assertThat(call("status", "--watch", "nope").err()).contains("the server knows no run 'nope'");
    assertThat(call("status", "nope").err()).contains("there is no run 'nope'");
    assertThat(Invocation.of(work, "status", "--watch").err())
        .contains("no Temporal server is at work here");
  }

  private static final String KEY = "0123456789abcdef0123";

  private static void log(String line) throws IOException {
    Path file = work.resolve("state/espalier.log");
    Files.writeString(file, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  /**
   * The small stages, with a training that waits, a curve on the shelf, and a svs that stumbles.
   */
  private Stages stages(Stages.Resources resources) {
    Stages small = training.of(resources);
    Shelf shelf = new Shelf(resources.store(), resources.folder().cache(), Map.of());
    return new Stages(
        small.plan(),
        small.prune(),
        request -> stumbling(small.svs(), request),
        request -> {
          shelf.use(request.run(), Shelf.prefix("finetune", KEY));
          var result = small.finetune().finetune(request);
          shelf
              .stage("finetune", KEY, Json.parse("{}", "config"), List.of())
              .add(CurveLog.PART, curve())
              .commit();
          return result;
        },
        small.evaluate(),
        small.train(),
        small.report());
  }

  private SvsActivity.Result stumbling(SvsActivity svs, SvsActivity.Request request) {
    if (scalings.incrementAndGet() == 1) throw new IllegalStateException("the device fell off");
    return svs.svs(request);
  }

  private static byte[] curve() {
    return IntStream.rangeClosed(1, 300)
        .mapToObj(step -> "{\"step\": " + step + ", \"loss\": " + 1.0 / step + "}\n")
        .collect(Collectors.joining())
        .getBytes(StandardCharsets.UTF_8);
  }

  private String running() throws InterruptedException {
    return Invocation.runIn("running", () -> call("status", "--json"));
  }

  private static Viewer screen() {
    return new Viewer(true, true, true, () -> new Window(120, 30));
  }

  private UnderWay begin(String... arguments) {
    return begin(Viewer.NOBODY, arguments);
  }

  private UnderWay begin(Viewer viewer, String... arguments) {
    return UnderWay.begin(work, variables(), this::stages, viewer, arguments);
  }

  private Invocation call(String... arguments) {
    return Invocation.of(work, variables(), this::stages, "", arguments);
  }

  private static Map<String, String> variables() {
    return Map.of("TEMPORAL_ADDRESS", server.getTarget());
  }
}

package dev.espalier.workers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.Json;
import dev.espalier.workers.browser.Browser;
import dev.espalier.workers.browser.TemporalUi;
import dev.espalier.workflows.DevServer;
import dev.espalier.workflows.Observed;
import dev.espalier.workflows.Progress;
import dev.espalier.workflows.SearchFields;
import io.temporal.api.enums.v1.TaskQueueType;
import io.temporal.api.taskqueue.v1.TaskQueue;
import io.temporal.api.workflowservice.v1.DescribeTaskQueueRequest;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowFailedException;
import io.temporal.client.WorkflowNotFoundException;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What {@code docs/temporal-ui.md} promises, done in the real UI, with a worker in this JVM. */
@Timeout(600)
class TemporalUiTest {
  private static final Path ROOT = Path.of(System.getProperty("espalier.root"));
  private static final int WIDE = 1440;
  private static final int NARROW = 390;

  @TempDir private static Path work;
  private static final Training training = new Training();
  private static Browser browser;
  private static DevServer.WithInterface server;
  private static WorkflowClient client;
  private static Thread worker;
  private static TemporalUi ui;

  @BeforeAll
  static void start() throws Exception {
    browser = Browser.start(work);
    server = DevServer.withInterface();
    client = DevServer.client(server.server());
    ui = new TemporalUi(browser, server.address());
    Path recipes = Files.createDirectories(work.resolve("recipes"));
    Files.writeString(
        recipes.resolve("small.json"),
        "{\"prune\": {\"ratio\": 0.3}, \"finetune\": {\"steps\": 0}}");
    Map<String, String> variables = Map.of("TEMPORAL_ADDRESS", server.server().getTarget());
    worker = new Thread(() -> Invocation.of(work, variables, training::of, "", "worker"), "worker");
    worker.setDaemon(true);
    worker.start();
    while (!polled("compress")) Thread.sleep(100);
  }

  @AfterAll
  static void end() throws InterruptedException {
    if (browser != null) browser.close();
    if (worker != null) {
      worker.interrupt();
      worker.join();
    }
    if (client != null) client.getWorkflowServiceStubs().shutdownNow();
    if (server != null) server.close();
  }

  @Test
  void aRunIsStartedByTheLinkAndShowsWhatItCameToAtEitherWidth() throws IOException {
    ui.open(link("by-link"), WIDE);
    ui.start("{\"recipe\": \"small\"}");
    awaitState("by-link", "done");
    JsonNode result = run("by-link").getResult(JsonNode.class);
    assertThat(result.at("/plan/prune/ratio").doubleValue()).isEqualTo(0.3);

    ui.open(page("by-link", "user-metadata"), WIDE);
    ui.awaitDetails("Fréchet distance");
    assertThat(ui.detailsOverflow()).isFalse();
    screenshot("done-1440");
    ui.open(page("by-link", "user-metadata"), NARROW);
    ui.awaitDetails("Fréchet distance");
    assertThat(ui.detailsOverflow()).isFalse();
    screenshot("done-390");
  }

  @Test
  void aWrongFieldFailsTheRunWithOneLineOnItsPage() throws IOException {
    ui.open(link("wrong"), WIDE);
    ui.start("{\"prune\": {\"ratio\": 7}}");
    awaitState("wrong", "failed");
    assertThatThrownBy(() -> run("wrong").getResult(JsonNode.class))
        .isInstanceOf(WorkflowFailedException.class);

    ui.open(page("wrong", "timeline"), WIDE);
    ui.awaitText("\"plan: prune.ratio is 7.0; legal: 0 <= ratio < 1\"");
    assertThat(ui.text()).doesNotContain("dev.espalier", ".java:", "Stack Trace");
    screenshot("failed-1440");
  }

  @Test
  void aRunUnderWayShowsHowFarItIsAtEitherWidth() throws IOException {
    startTraining("under-way");
    progress("under-way", 1500);
    ui.open(page("under-way", "user-metadata"), WIDE);
    ui.awaitDetails("1,500 / 3,000");
    assertThat(ui.details())
        .contains(
            "svs ✓ done median condition number 5.00 → 2.20"
                + " finetune ▶ running 1,500 / 3,000 · loss 0.2500 · 60 s left"
                + " evaluate waiting report waiting");
    screenshot("running-1440");

    progress("under-way", 2000);
    ui.refreshDetails();
    ui.awaitDetails("2,000 / 3,000");

    ui.open(page("under-way", "user-metadata"), NARROW);
    ui.awaitDetails("2,000 / 3,000");
    assertThat(ui.detailsOverflow()).isFalse();
    screenshot("running-390");
    cancel("under-way");
  }

  @Test
  void aRunIsPausedExtendedAndResumedByUpdates() throws IOException {
    startTraining("held");
    ui.open(page("held", "timeline"), WIDE);
    ui.update("pause", "");
    ui.awaitUpdated();
    training.await(0);
    awaitState("held", "paused");

    ui.update("extend", "{\"steps\": 5}");
    ui.awaitUpdated();
    assertThat(run("held").query("plan", JsonNode.class).at("/finetune/steps").intValue())
        .isEqualTo(305);

    ui.update("resume", "");
    ui.awaitUpdated();
    training.await(1);
    awaitState("held", "running");

    ui.update("resume", "");
    ui.awaitText("the run is not paused");
    assertThat(ui.text()).doesNotContain("dev.espalier", ".java:");
    screenshot("refused-1440");
    cancel("held");
  }

  /** The form of the UI asks once whether a queue is served. */
  private static boolean polled(String queue) {
    return client
            .getWorkflowServiceStubs()
            .blockingStub()
            .describeTaskQueue(
                DescribeTaskQueueRequest.newBuilder()
                    .setNamespace("default")
                    .setTaskQueue(TaskQueue.newBuilder().setName(queue))
                    .setTaskQueueType(TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW)
                    .build())
            .getPollersCount()
        > 0;
  }

  /** The link of the page in {@code docs} that opens the form, for a run of this id. */
  private static String link(String id) throws IOException {
    Matcher link =
        Pattern.compile("<http://127\\.0\\.0\\.1:8233(/\\S+/start-workflow\\S+)>")
            .matcher(Files.readString(ROOT.resolve("docs/temporal-ui.md")));
    assertThat(link.find()).isTrue();
    return link.group(1).replace("my-first-run", id);
  }

  private static String page(String id, String page) {
    String execution = run(id).describe().getExecution().getRunId();
    return "/namespaces/default/workflows/" + id + "/" + execution + "/" + page;
  }

  private static void screenshot(String name) throws IOException {
    ui.screenshot(ROOT.resolve("workers/target/screenshots/temporal-ui-" + name + ".png"));
  }

  private static void startTraining(String id) {
    client
        .newUntypedWorkflowStub(
            "CompressionWorkflow",
            WorkflowOptions.newBuilder().setWorkflowId(id).setTaskQueue("compress").build())
        .start(Json.parse("{\"prune\": {\"ratio\": 0.3}}", "plan"));
    training.await(1);
  }

  /** As a stage at work tells it. */
  private static void progress(String id, int step) {
    run(id).signal(Observed.PROGRESS, new Progress("finetune", step, 3000, 0.25, 60.0));
  }

  private static void cancel(String id) {
    run(id).cancel();
    awaitState(id, "cancelled");
    training.await(0);
  }

  private static WorkflowStub run(String id) {
    return client.newUntypedWorkflowStub(id);
  }

  private static void awaitState(String id, String state) {
    while (!state(id).equals(state)) {
      try {
        Thread.sleep(100);
      } catch (InterruptedException e) {
        throw new AssertionError(id + " is " + state(id) + ", not " + state, e);
      }
    }
  }

  /** What the run can be searched by as its state. */
  private static String state(String id) {
    try {
      return String.valueOf(
          run(id).describe().getTypedSearchAttributes().get(SearchFields.RUN_STATE));
    } catch (WorkflowNotFoundException e) {
      return "not there";
    }
  }
}

package dev.espalier.workers.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.workflows.CompressionResult;
import dev.espalier.workflows.StageOptions;
import io.temporal.client.WorkflowFailedException;
import io.temporal.client.WorkflowStub;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;

/** Runs of a trial: some at work at a time, each compared with its reference when it has ended. */
final class Runs {
  private final Ground ground;
  private final References references;
  private final int steps;
  private final Map<String, CompletableFuture<CompressionResult>> open = new ConcurrentHashMap<>();
  private final Map<String, Integer> numbers = new ConcurrentHashMap<>();
  private final Map<String, CompressionResult> ended = new ConcurrentHashMap<>();
  private final List<String> different = new ArrayList<>();
  private final List<String> failed = new ArrayList<>();
  private int started;

  Runs(Ground ground, References references, int steps) {
    this.ground = ground;
    this.references = references;
    this.steps = steps;
  }

  /** Ids of those at work. */
  Set<String> open() {
    return new HashSet<>(open.keySet());
  }

  int ended() {
    return ended.size();
  }

  int begun() {
    return started;
  }

  /** The finished run's key of its finetune. */
  String finetune(String run) {
    CompressionResult result = Objects.requireNonNull(ended.get(run));
    return Objects.requireNonNull(result.finetune()).network().key().replaceAll(".*/", "");
  }

  boolean hasEnded(String run) {
    return ended.containsKey(run);
  }

  /** What differs from its reference or failed, one line each. */
  List<String> wrong() {
    List<String> wrong = new ArrayList<>(different);
    wrong.addAll(failed);
    return wrong;
  }

  /** What became of them: one line that begins with the number of failures made meanwhile. */
  String summary(String failures) {
    return String.format(
        "%s over %d runs: %d with other bits, %d lost%s",
        failures,
        started,
        different.size(),
        started - ended.size(),
        wrong().isEmpty() ? "" : "; " + wrong());
  }

  /** Starts the next one. */
  void begin() {
    int number = started++;
    String id = "chaos-" + number;
    JsonNode plan = Plans.plan(number, steps);
    WorkflowStub stub =
        ground
            .client()
            .newUntypedWorkflowStub("CompressionWorkflow", StageOptions.run(id, "chaos"));
    stub.start(plan);
    numbers.put(id, number);
    open.put(id, stub.getResultAsync(CompressionResult.class));
  }

  /** Takes in what has ended since. */
  void gather() {
    for (String run : open()) {
      CompletableFuture<CompressionResult> result = Objects.requireNonNull(open.get(run));
      if (!result.isDone()) continue;
      try {
        CompressionResult done = result.join();
        Outcome outcome = Outcome.of(ground.shelf(), done);
        Outcome reference = references.of(Objects.requireNonNull(numbers.get(run)), steps);
        if (!outcome.equals(reference)) {
          different.add(run + " differs: " + outcome.against(reference));
        }
        ended.put(run, done);
      } catch (CompletionException e) {
        if (!(e.getCause() instanceof WorkflowFailedException)) {
          // The server is away, not the run: ask again.
          WorkflowStub stub = ground.client().newUntypedWorkflowStub(run);
          open.put(run, stub.getResultAsync(CompressionResult.class));
          continue;
        }
        failed.add(run + " failed: " + root(e));
      }
      open.remove(run);
    }
  }

  /**
   * Keeps {@code window} of {@code total} runs at work until all have ended.
   *
   * @param every called about five times a second meanwhile
   */
  void all(int total, int window, Runnable every) throws InterruptedException {
    while (started < total || !open.isEmpty()) {
      while (started < total && open.size() < window) begin();
      Thread.sleep(200);
      gather();
      every.run();
    }
  }

  private static String root(Throwable failure) {
    Throwable deepest = failure;
    while (deepest.getCause() != null) deepest = deepest.getCause();
    return String.valueOf(deepest.getMessage());
  }
}

package dev.espalier.workers.chaos;

import dev.espalier.workflows.CompressionResult;
import dev.espalier.workflows.StageOptions;
import io.temporal.client.WorkflowNotFoundException;
import io.temporal.client.WorkflowStub;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * What uninterrupted runs come to: made once by the same platform without failures, on a store and
 * a server of its own, by a worker of the same kind.
 */
final class References {
  private final Map<String, Outcome> outcomes = new TreeMap<>();

  private References() {}

  /** What run {@code number} of so many steps comes to. */
  Outcome of(int number, int steps) {
    Outcome found = outcomes.get(name(number, steps));
    if (found == null) throw new IllegalStateException("no reference of run " + number);
    return found;
  }

  /**
   * Makes the first {@code count} runs of {@code steps} steps.
   *
   * @param folder may be that of an earlier call, whose runs are then taken and not made again
   */
  static References make(Tools tools, Path folder, int count, int steps, Consumer<String> say)
      throws Exception {
    References references = new References();
    StoreKind kind = tools.minio().isPresent() ? StoreKind.MINIO : StoreKind.S3PROXY;
    try (Ground calm = new Ground(tools, kind, folder)) {
      List<Ground.Worker> crew = calm.crew();
      for (int number = 0; number < count; number += 2) {
        CompletableFuture<?> pair = references.one(calm, number, steps);
        if (number + 1 < count) {
          pair = CompletableFuture.allOf(pair, references.one(calm, number + 1, steps));
        }
        while (!pair.isDone()) {
          Thread.sleep(200);
          calm.revive(crew);
        }
        pair.join();
        say.accept("reference " + Math.min(number + 2, count) + "/" + count);
      }
    }
    return references;
  }

  private CompletableFuture<?> one(Ground calm, int number, int steps) {
    String id = name(number, steps);
    WorkflowStub stub = calm.client().newUntypedWorkflowStub(id);
    try {
      stub.describe();
    } catch (WorkflowNotFoundException e) {
      stub = calm.client().newUntypedWorkflowStub("CompressionWorkflow", StageOptions.run(id, id));
      stub.start(Plans.plan(number, steps));
    }
    return stub.getResultAsync(CompressionResult.class)
        .thenAccept(
            result -> {
              Outcome outcome = Outcome.of(calm.shelf(), result);
              synchronized (outcomes) {
                outcomes.put(name(number, steps), outcome);
              }
            });
  }

  private static String name(int number, int steps) {
    return "reference-" + number + "-of-" + steps + "-steps";
  }
}

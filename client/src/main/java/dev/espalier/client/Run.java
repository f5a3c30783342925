package dev.espalier.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.activities.PendingActivities;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
import dev.espalier.workflows.Extensible;
import dev.espalier.workflows.Extension;
import dev.espalier.workflows.InvalidInputFailure;
import dev.espalier.workflows.Pausable;
import dev.espalier.workflows.Progress;
import dev.espalier.workflows.RunStatus;
import io.grpc.StatusRuntimeException;
import io.temporal.api.workflow.v1.PendingActivityInfo;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowException;
import io.temporal.client.WorkflowFailedException;
import io.temporal.client.WorkflowStub;
import io.temporal.client.WorkflowUpdateException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A run on the server.
 *
 * @param <R> what it comes to
 */
public class Run<R> {
  /** Between two looks of {@link #await(Consumer)}. */
  private static final Duration EVERY = Duration.ofMillis(500);

  final WorkflowStub stub;
  private final WorkflowClient client;
  private final Class<R> result;

  Run(WorkflowClient client, WorkflowStub stub, Class<R> result) {
    this.client = client;
    this.stub = stub;
    this.result = result;
  }

  /** The workflow's id, which every other tool knows the run by. */
  public final String id() {
    return stub.getExecution().getWorkflowId();
  }

  /**
   * Waits for the end.
   *
   * @throws InvalidInput if the run ended with bad input
   * @throws RunFailed if it failed otherwise, or was cancelled
   */
  public final R await() {
    try {
      return stub.getResult(result);
    } catch (WorkflowFailedException e) {
      throw ended(e);
    }
  }

  /**
   * As {@link #await()}, with looks at the progress meanwhile, the last one after the end.
   *
   * @param watcher called in this thread about twice a second
   */
  public final R await(Consumer<RunProgress> watcher) throws InterruptedException {
    CompletableFuture<R> end = stub.getResultAsync(result);
    while (true) {
      try {
        R value = end.get(EVERY.toMillis(), TimeUnit.MILLISECONDS);
        progress().ifPresent(watcher);
        return value;
      } catch (TimeoutException e) {
        progress().ifPresent(watcher);
      } catch (ExecutionException e) {
        throw e.getCause() instanceof WorkflowFailedException failed
            ? ended(failed)
            : new IllegalStateException(e.getCause());
      }
    }
  }

  /** Where it stands; nothing while no worker answers. */
  public Optional<RunProgress> progress() {
    return query("status", RunStatus.class)
        .map(
            status ->
                new RunProgress(
                    id(), status.stage(), status.done(), status.total(), status.paused(), beat()));
  }

  /**
   * Holds the run; answers once the device is free.
   *
   * @return what is held, in one line
   * @throws InvalidInput if it refuses
   */
  public final String pause() {
    return ask(Pausable.PAUSE);
  }

  /**
   * Lets it go on.
   *
   * @return what goes on, in one line
   * @throws InvalidInput if it refuses
   */
  public final String resume() {
    return ask(Pausable.RESUME);
  }

  /**
   * Lengthens its training.
   *
   * @return the old and the new number of steps, in one line
   * @throws InvalidInput if it refuses
   */
  public final String extend(int steps) {
    JsonNode request = Json.MAPPER.valueToTree(new Extension(steps));
    return ask(Extensible.EXTEND, request);
  }

  /** Asks it to end early; what it has finished, and a checkpoint, stay. */
  public final void cancel() {
    stub.cancel();
  }

  final <T> Optional<T> query(String name, Class<T> type) {
    try {
      return Optional.ofNullable(stub.query(name, type));
    } catch (WorkflowException | StatusRuntimeException e) {
      return Optional.empty();
    }
  }

  private String ask(String update, Object... arguments) {
    try {
      return stub.update(update, String.class, arguments);
    } catch (WorkflowUpdateException e) {
      throw InvalidInputFailure.line(e)
          .<RuntimeException>map(line -> new InvalidInput(line, e))
          .orElse(e);
    }
  }

  private static RuntimeException ended(WorkflowFailedException failure) {
    return InvalidInputFailure.line(failure)
        .<RuntimeException>map(line -> new InvalidInput(line, failure))
        .orElseGet(() -> new RunFailed(failure));
  }

  /** What the stage at work said last. */
  private @Nullable Progress beat() {
    try {
      for (PendingActivityInfo activity : PendingActivities.of(client, id())) {
        if (activity.getHeartbeatDetails().getPayloadsCount() == 0) continue;
        String text = activity.getHeartbeatDetails().getPayloads(0).getData().toStringUtf8();
        JsonNode details = text.startsWith("{") ? Json.parse(text, "heartbeat") : null;
        if (details == null || details.path("steps").asLong() <= 0) continue;
        return new Progress(
            details.path("stage").asText(),
            details.path("step").asLong(),
            details.path("steps").asLong(),
            details.path("loss").isNumber() ? details.get("loss").doubleValue() : null,
            null);
      }
      return null;
    } catch (StatusRuntimeException e) {
      return null;
    }
  }
}

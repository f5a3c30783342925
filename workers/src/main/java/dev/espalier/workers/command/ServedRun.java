package dev.espalier.workers.command;

import com.uber.m3.tally.NoopScope;
import dev.espalier.compression.InvalidInput;
import dev.espalier.workers.connection.Settings;
import dev.espalier.workers.connection.TemporalConnection;
import io.temporal.api.enums.v1.WorkflowExecutionStatus;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowExecutionDescription;
import io.temporal.client.WorkflowFailedException;
import io.temporal.client.WorkflowNotFoundException;
import io.temporal.client.WorkflowStub;
import io.temporal.client.WorkflowUpdateHandle;
import io.temporal.client.WorkflowUpdateStage;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A run as a server knows it, to be asked for something.
 *
 * @param kind compression, sweep or train
 */
record ServedRun(WorkflowStub stub, String id, String kind, WorkflowExecutionStatus status) {
  /** Until a worker has taken up what is asked; a run without one is only told. */
  private static final Duration TAKEN_UP = Duration.ofSeconds(15);

  /** Until a stage that was told to stop has saved its state. */
  private static final Duration SAVED = Duration.ofMinutes(2);

  /** No worker answered. */
  static final class Unanswered extends RuntimeException {
    Unanswered(String run) {
      super(
          "no worker took up the request to run '"
              + run
              + "' within "
              + TAKEN_UP.toSeconds()
              + " s; is one at work (`espalier worker`)?");
    }
  }

  /**
   * The server that other processes reach.
   *
   * @throws InvalidInput if there is none
   */
  static TemporalConnection server(Program program, ConnectionOptions options) {
    return server(
        program,
        options,
        "no Temporal server is at work here, so there is no run under way to ask");
  }

  /** As {@link #server(Program, ConnectionOptions)}, where {@code none} says what that means. */
  static TemporalConnection server(Program program, ConnectionOptions options, String none) {
    Settings settings = program.settings(options.work);
    return TemporalConnection.running(settings, options.temporal, new NoopScope())
        .orElseThrow(
            () -> new InvalidInput(none + "; name one with --temporal or TEMPORAL_ADDRESS"));
  }

  /** The latest run of that id, or nothing if the server knows none. */
  static Optional<ServedRun> find(WorkflowClient client, String id) {
    WorkflowStub stub = client.newUntypedWorkflowStub(id);
    try {
      WorkflowExecutionDescription found = stub.describe();
      String kind = found.getWorkflowType().replaceFirst("Workflow$", "").toLowerCase(Locale.ROOT);
      return Optional.of(new ServedRun(stub, id, kind, found.getStatus()));
    } catch (WorkflowNotFoundException e) {
      return Optional.empty();
    }
  }

  /**
   * As {@link #find}, of a run that there must be.
   *
   * @throws InvalidInput if it is unknown
   */
  static ServedRun known(WorkflowClient client, String id) {
    return find(client, id)
        .orElseThrow(
            () ->
                new InvalidInput(
                    "the server knows no run '"
                        + id
                        + "'; `espalier status` lists the runs there are"));
  }

  /**
   * As {@link #known}, of a run that must be under way.
   *
   * @throws InvalidInput if it is unknown or has ended
   */
  static ServedRun underWay(WorkflowClient client, String id) {
    ServedRun run = known(client, id);
    InvalidInput.require(run.underWay(), "run '%s' is over: it has %s", id, run.end());
    return run;
  }

  boolean underWay() {
    return status == WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING;
  }

  private String end() {
    String state = status.name().replace("WORKFLOW_EXECUTION_STATUS_", "").toLowerCase(Locale.ROOT);
    return switch (state) {
      case "canceled", "terminated", "timed_out" -> "been ended (" + state.replace('_', ' ') + ")";
      default -> state;
    };
  }

  /**
   * Sends an update and waits for its answer.
   *
   * @return the answer, or nothing if what was asked for is accepted and not yet done
   * @throws Unanswered if no worker took it up
   * @throws RuntimeException if the run refuses it
   */
  Optional<String> ask(String update, Object... arguments) throws InterruptedException {
    CompletableFuture<WorkflowUpdateHandle<String>> accepted = new CompletableFuture<>();
    Thread call =
        new Thread(
            () -> {
              try {
                accepted.complete(
                    stub.startUpdate(
                        update, WorkflowUpdateStage.ACCEPTED, String.class, arguments));
              } catch (RuntimeException e) {
                accepted.completeExceptionally(e);
              }
            },
            "update");
    call.setDaemon(true);
    call.start();
    try {
      WorkflowUpdateHandle<String> handle = within(accepted, TAKEN_UP);
      return Optional.of(within(handle.getResultAsync(), SAVED));
    } catch (TimeoutException e) {
      if (accepted.isDone()) return Optional.empty();
      throw new Unanswered(id);
    }
  }

  /** Asks, or where no worker answers leaves the request with the server, as a signal. */
  String tell(String what) throws InterruptedException {
    try {
      return ask(what).orElse("accepted; the stage at work still saves its state");
    } catch (Unanswered e) {
      stub.signal(what);
      return "no worker answers; the run does it as soon as one serves it";
    }
  }

  /** Cancels it and waits for its end. */
  String cancel() throws InterruptedException {
    stub.cancel();
    try {
      within(stub.getResultAsync(Object.class), SAVED);
      return "it came to its end before";
    } catch (TimeoutException e) {
      return "told to end; the stage at work still saves its state, or no worker serves it";
    } catch (WorkflowFailedException e) {
      return "ended; what it has finished stays on the shelf";
    }
  }

  private static <T> T within(CompletableFuture<T> future, Duration time)
      throws InterruptedException, TimeoutException {
    try {
      return future.get(time.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      while (cause instanceof CompletionException && cause.getCause() != null) {
        cause = cause.getCause();
      }
      throw cause instanceof RuntimeException failure ? failure : new IllegalStateException(cause);
    }
  }
}

package dev.espalier.workers.chaos;

import dev.espalier.activities.PendingActivities;
import io.grpc.StatusRuntimeException;
import io.temporal.api.enums.v1.PendingActivityState;
import io.temporal.api.workflow.v1.PendingActivityInfo;
import io.temporal.client.WorkflowClient;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Which worker is at which attempt of which activity, as the server knows. */
record Attempts(WorkflowClient client) {
  /**
   * A started attempt of a stage.
   *
   * @param activity its id in the run
   * @param stage type of the activity
   */
  record Attempt(
      String run, String activity, String stage, int number, String worker, Instant began) {}

  /** What {@code worker} is at, if it is at a stage of one of {@code runs}. */
  Optional<Attempt> of(Ground.Worker worker, Collection<String> runs) {
    return all(worker, runs).findFirst();
  }

  /** The one of {@code runs} that the worker trains right now, if it trains. */
  Optional<Attempt> training(Ground.Worker worker, Collection<String> runs)
      throws InterruptedException {
    for (Attempt attempt : all(worker, runs).toList()) {
      if (Gauges.step(worker, attempt.run()).isPresent()) return Optional.of(attempt);
    }
    return Optional.empty();
  }

  private Stream<Attempt> all(Ground.Worker worker, Collection<String> runs) {
    return runs.stream()
        .flatMap(run -> started(run).stream())
        .filter(attempt -> attempt.worker().startsWith(worker.identity()));
  }

  /** The attempts at work in a run. */
  List<Attempt> started(String run) {
    return pending(run).stream()
        .filter(a -> a.getState() == PendingActivityState.PENDING_ACTIVITY_STATE_STARTED)
        .map(
            a ->
                new Attempt(
                    run,
                    a.getActivityId(),
                    a.getActivityType().getName(),
                    a.getAttempt(),
                    a.getLastWorkerIdentity(),
                    Instant.ofEpochSecond(
                        a.getLastStartedTime().getSeconds(), a.getLastStartedTime().getNanos())))
        .toList();
  }

  /** When the next attempt after {@code lost} began; empty if it is not yet. */
  Optional<Instant> nextAfter(Attempt lost) {
    return started(lost.run()).stream()
        .filter(a -> a.activity().equals(lost.activity()) && a.number() > lost.number())
        .map(Attempt::began)
        .findFirst();
  }

  /** Whether the server still waits for the activity. */
  boolean waitsFor(Attempt attempt) {
    return pending(attempt.run()).stream()
        .anyMatch(a -> a.getActivityId().equals(attempt.activity()));
  }

  private List<PendingActivityInfo> pending(String run) {
    try {
      return PendingActivities.of(client, run);
    } catch (StatusRuntimeException e) {
      return List.of(); // The server is away, or the run has ended and is forgotten.
    }
  }
}

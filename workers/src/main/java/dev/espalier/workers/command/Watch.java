package dev.espalier.workers.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.activities.PendingActivities;
import dev.espalier.compression.Json;
import dev.espalier.workers.console.Pace;
import dev.espalier.workflows.CompressionWorkflow;
import dev.espalier.workflows.Pausable;
import dev.espalier.workflows.RunStatus;
import dev.espalier.workflows.SweepArm;
import dev.espalier.workflows.SweepProgress;
import dev.espalier.workflows.SweepWorkflow;
import io.grpc.StatusRuntimeException;
import io.temporal.api.enums.v1.PendingActivityState;
import io.temporal.api.failure.v1.Failure;
import io.temporal.api.workflow.v1.PendingActivityInfo;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Asks a server how far runs are. A run that cannot answer just now, because it has not begun or
 * its worker is away, gives an empty answer. Safe for use by many threads.
 */
final class Watch {
  private final WorkflowClient client;

  /** How fast the stages are that were seen at work. */
  private final Map<String, Pace> paces = new ConcurrentHashMap<>();

  Watch(WorkflowClient client) {
    this.client = client;
  }

  /** Where a compression or a training stands. */
  Optional<RunStatus> status(String run) {
    try {
      return Optional.of(client.newWorkflowStub(CompressionWorkflow.class, run).status());
    } catch (WorkflowException | StatusRuntimeException e) {
      return Optional.empty();
    }
  }

  /** Whether a run is held, or about to be. */
  boolean paused(String run) {
    try {
      return client.newWorkflowStub(Pausable.class, run).paused();
    } catch (WorkflowException | StatusRuntimeException e) {
      return false;
    }
  }

  /** A sweep's arms; none as long as it does not answer. */
  List<SweepArm> leaderboard(String sweep) {
    try {
      return client.newWorkflowStub(SweepWorkflow.class, sweep).leaderboard();
    } catch (WorkflowException | StatusRuntimeException e) {
      return List.of();
    }
  }

  /** How far a sweep is. */
  Optional<SweepProgress> progress(String sweep) {
    try {
      return Optional.of(client.newWorkflowStub(SweepWorkflow.class, sweep).progress());
    } catch (WorkflowException | StatusRuntimeException e) {
      return Optional.empty();
    }
  }

  /** The last heartbeat of the stage that a run has at work. */
  Optional<Beat> beat(String run) {
    return stages(run).stream()
        .flatMap(stage -> Optional.ofNullable(stage.beat()).stream())
        .findFirst();
  }

  /** The stages that a run has on a worker, or waiting for one. */
  List<Stage> stages(String run) {
    try {
      return PendingActivities.of(client, run).stream()
          .map(activity -> read(run, activity))
          .toList();
    } catch (StatusRuntimeException e) {
      return List.of();
    }
  }

  private Stage read(String run, PendingActivityInfo activity) {
    return new Stage(
        activity.getActivityId(),
        activity.getActivityType().getName().toLowerCase(Locale.ROOT),
        activity.getAttempt(),
        activity.getState() != PendingActivityState.PENDING_ACTIVITY_STATE_SCHEDULED,
        activity.hasLastFailure() ? activity.getLastFailure() : null,
        beat(run, activity).orElse(null));
  }

  private Optional<Beat> beat(String run, PendingActivityInfo activity) {
    if (activity.getHeartbeatDetails().getPayloadsCount() == 0) return Optional.empty();
    String text = activity.getHeartbeatDetails().getPayloads(0).getData().toStringUtf8();
    JsonNode details = text.startsWith("{") ? Json.parse(text, "heartbeat") : null;
    if (details == null || details.path("steps").asLong() <= 0) return Optional.empty();
    long step = details.path("step").asLong();
    long steps = details.get("steps").asLong();
    Pace pace = paces.computeIfAbsent(run + " " + activity.getActivityId(), stage -> new Pace());
    pace.saw(step);
    JsonNode loss = details.path("loss");
    return Optional.of(
        new Beat(
            step,
            steps,
            loss.isNumber() ? loss.doubleValue() : null,
            step < steps ? pace.left(steps).orElse(null) : null));
  }

  /**
   * A stage as the server knows it.
   *
   * @param id of the activity, within its run
   * @param name such as {@code finetune}
   * @param attempt from 1
   * @param begun whether a worker has it
   * @param lost why the attempt before ended, if there was one
   * @param beat its last heartbeat; absent before the first
   */
  record Stage(
      String id,
      String name,
      int attempt,
      boolean begun,
      @Nullable Failure lost,
      @Nullable Beat beat) {}

  /**
   * How far a stage says it is.
   *
   * @param step done so far, of whatever the stage counts
   * @param steps in all, positive
   * @param loss of the latest step of a training; absent elsewhere
   * @param left time until it has done all; absent as long as that cannot be told
   */
  record Beat(long step, long steps, @Nullable Double loss, @Nullable Duration left) {
    double fraction() {
      return Math.min(1.0, (double) step / steps);
    }

    /** {@code 120/300}. */
    String count() {
      return step + "/" + steps;
    }

    /** {@code 120/300 · loss 0.0341 · 2:10 left}, as far as that is known. */
    @Override
    public String toString() {
      return count()
          + (loss == null ? "" : String.format(Locale.ROOT, " · loss %.4f", loss))
          + (left == null ? "" : " · " + Pace.text(left) + " left");
    }
  }
}

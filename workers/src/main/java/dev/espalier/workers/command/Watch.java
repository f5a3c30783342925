package dev.espalier.workers.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.activities.PendingActivities;
import dev.espalier.compression.Json;
import dev.espalier.workflows.CompressionWorkflow;
import dev.espalier.workflows.Pausable;
import dev.espalier.workflows.RunStatus;
import dev.espalier.workflows.SweepArm;
import dev.espalier.workflows.SweepWorkflow;
import io.grpc.StatusRuntimeException;
import io.temporal.api.workflow.v1.PendingActivityInfo;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowException;
import java.util.List;
import java.util.Optional;

/**
 * Asks a server how far runs are. A run that cannot answer just now, because it has not begun or
 * its worker is away, gives an empty answer.
 */
final class Watch {
  private final WorkflowClient client;

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

  /** The last heartbeat of the stage that a run has at work. */
  Optional<Beat> beat(String run) {
    try {
      return PendingActivities.of(client, run).stream()
          .flatMap(activity -> read(activity).stream())
          .findFirst();
    } catch (StatusRuntimeException e) {
      return Optional.empty();
    }
  }

  private static Optional<Beat> read(PendingActivityInfo activity) {
    if (activity.getHeartbeatDetails().getPayloadsCount() == 0) return Optional.empty();
    String text = activity.getHeartbeatDetails().getPayloads(0).getData().toStringUtf8();
    JsonNode details = text.startsWith("{") ? Json.parse(text, "heartbeat") : null;
    return details == null || details.path("steps").asLong() <= 0
        ? Optional.empty()
        : Optional.of(new Beat(details.path("step").asLong(), details.get("steps").asLong()));
  }

  /** How far a stage says it is: {@code steps} is positive. */
  record Beat(long step, long steps) {
    double fraction() {
      return Math.min(1.0, (double) step / steps);
    }

    @Override
    public String toString() {
      return step + "/" + steps;
    }
  }
}

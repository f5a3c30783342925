package dev.espalier.activities;

import dev.espalier.activities.shelf.Claimant;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.temporal.activity.ActivityExecutionContext;
import io.temporal.activity.ActivityInfo;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.enums.v1.PendingActivityState;
import io.temporal.api.workflow.v1.PendingActivityInfo;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A Temporal activity, all its attempts together. Whether another one is at work the server says: a
 * worker has it and is not silent for longer than the heartbeat timeout. One of another server or
 * namespace is unknown here and counts as not at work.
 */
final class ActivityClaimant implements Claimant {
  /** The states in which a worker has the activity. */
  private static final Set<PendingActivityState> AT_WORK =
      EnumSet.of(
          PendingActivityState.PENDING_ACTIVITY_STATE_STARTED,
          PendingActivityState.PENDING_ACTIVITY_STATE_CANCEL_REQUESTED,
          PendingActivityState.PENDING_ACTIVITY_STATE_PAUSE_REQUESTED);

  private static final Set<Status.Code> UNKNOWN =
      EnumSet.of(Status.Code.NOT_FOUND, Status.Code.UNIMPLEMENTED);

  private static final Pattern NAME = Pattern.compile("(.+) (\\S+) (\\S+)");

  private final ActivityExecutionContext context;

  ActivityClaimant(ActivityExecutionContext context) {
    this.context = context;
  }

  /** The workflow's id, then those of run and activity, which have no spaces. */
  @Override
  public String name() {
    ActivityInfo info = context.getInfo();
    return String.join(" ", info.getWorkflowId(), info.getRunId(), info.getActivityId());
  }

  @Override
  public boolean atWork(String holder) {
    Matcher ids = NAME.matcher(holder);
    return ids.matches()
        && pending(ids.group(1), ids.group(2)).stream()
            .anyMatch(
                activity ->
                    activity.getActivityId().equals(ids.group(3))
                        && AT_WORK.contains(activity.getState()));
  }

  private List<PendingActivityInfo> pending(String workflow, String run) {
    try {
      return PendingActivities.of(
          context.getWorkflowClient(),
          WorkflowExecution.newBuilder().setWorkflowId(workflow).setRunId(run).build());
    } catch (StatusRuntimeException e) {
      // A run of a server whose database is gone, or long ended and forgotten; or no server at all.
      if (UNKNOWN.contains(e.getStatus().getCode())) return List.of();
      throw e;
    }
  }
}

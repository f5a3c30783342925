package dev.espalier.workflows;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.Json;
import io.temporal.activity.ActivityCancellationType;
import io.temporal.activity.ActivityOptions;
import io.temporal.api.enums.v1.ParentClosePolicy;
import io.temporal.api.enums.v1.WorkflowIdConflictPolicy;
import io.temporal.client.WorkflowOptions;
import io.temporal.common.Priority;
import io.temporal.common.RetryOptions;
import io.temporal.workflow.ChildWorkflowCancellationType;
import io.temporal.workflow.ChildWorkflowOptions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Queues, timeouts and retries of every stage. */
public final class StageOptions {
  /** Task queue of the workflows. */
  public static final String COMPRESS = "compress";

  /** Task queue of the stages that need the device; a process takes one at a time. */
  public static final String GPU = "gpu";

  /** Task queue of what needs no device: resolving plans, writing reports. */
  public static final String CPU = "cpu";

  /**
   * How long a stage may be silent before another worker takes it over. Stages beat in the
   * background, so that one long native call does not count as silence. The system property {@code
   * espalier.heartbeat} (seconds) is for trials that cannot wait so long.
   */
  public static final Duration HEARTBEAT =
      Duration.ofSeconds(Long.getLong("espalier.heartbeat", 30));

  /** Of a sweep's arm; a run has 3, which is Temporal's own, and less comes first. */
  private static final int ARM_PRIORITY = 4;

  /** What a request may name. */
  private static final List<String> NAMES = List.of("name", "recipe", "network", "data");

  /** A server takes 20,000 bytes. */
  private static final int LONGEST_DETAILS = 6000;

  private StageOptions() {}

  /** How to start a workflow by hand or from the program. */
  public static WorkflowOptions run(String id, String summary) {
    return WorkflowOptions.newBuilder()
        .setTaskQueue(COMPRESS)
        .setWorkflowId(id)
        .setStaticSummary(summary)
        .build();
  }

  /**
   * As {@link #run(String, String)}, with what was asked for beside it: as JSON in the details, the
   * names in it in the memo.
   *
   * @param request a plan, a sweep or a training
   */
  public static WorkflowOptions run(String id, String summary, JsonNode request) {
    Map<String, Object> memo = new TreeMap<>();
    for (String field : NAMES) {
      if (request.path(field).isTextual()) memo.put(field, request.path(field).asText());
    }
    String asked = Json.pretty(request).strip();
    WorkflowOptions.Builder options = WorkflowOptions.newBuilder(run(id, summary)).setMemo(memo);
    if (asked.length() <= LONGEST_DETAILS) {
      options.setStaticDetails("```json\n" + asked + "\n```\n");
    }
    return options.build();
  }

  /** As {@link #run(String, String, JsonNode)}; a run of the same id that is at work is joined. */
  public static WorkflowOptions joining(String id, String summary, JsonNode request) {
    return WorkflowOptions.newBuilder(run(id, summary, request))
        .setWorkflowIdConflictPolicy(
            WorkflowIdConflictPolicy.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING)
        .build();
  }

  /**
   * A sweep's arm: cancelled with the sweep, never killed in the middle of a checkpoint. Its stages
   * stand back behind those of single runs, and sweeps take turns.
   */
  static ChildWorkflowOptions arm(String id, String sweep, String label) {
    return ChildWorkflowOptions.newBuilder()
        .setTaskQueue(COMPRESS)
        .setWorkflowId(id)
        .setStaticSummary(label)
        .setMemo(Map.of("sweep", sweep, "arm", label))
        .setPriority(
            Priority.newBuilder().setPriorityKey(ARM_PRIORITY).setFairnessKey(sweep).build())
        .setParentClosePolicy(ParentClosePolicy.PARENT_CLOSE_POLICY_REQUEST_CANCEL)
        .setCancellationType(ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED)
        .build();
  }

  static ActivityOptions plan() {
    return stage(CPU, "resolve the plan", Duration.ofMinutes(10)).build();
  }

  static ActivityOptions report(String summary) {
    return stage(CPU, summary, Duration.ofMinutes(10)).build();
  }

  /** prune, svs, finetune, evaluate and train. */
  static ActivityOptions device(String summary) {
    return stage(GPU, summary, Duration.ofDays(30)).build();
  }

  /**
   * Everything is tried again without end, but for input no retry can mend. The pauses stay at a
   * second: a lost worker is an everyday event, and Temporal counts it as a failed attempt.
   */
  private static ActivityOptions.Builder stage(String queue, String summary, Duration longest) {
    return ActivityOptions.newBuilder()
        .setTaskQueue(queue)
        .setSummary(summary)
        .setStartToCloseTimeout(longest)
        .setHeartbeatTimeout(HEARTBEAT)
        .setCancellationType(ActivityCancellationType.WAIT_CANCELLATION_COMPLETED)
        .setRetryOptions(
            RetryOptions.newBuilder()
                .setInitialInterval(Duration.ofSeconds(1))
                .setBackoffCoefficient(1)
                .setDoNotRetry(InvalidInputFailure.types())
                .build());
  }
}

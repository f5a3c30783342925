package dev.espalier.workers.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.InvalidInput;
import dev.espalier.workflows.StageOptions;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.temporal.api.common.v1.Memo;
import io.temporal.api.common.v1.Payload;
import io.temporal.api.common.v1.WorkflowType;
import io.temporal.api.enums.v1.ScheduleOverlapPolicy;
import io.temporal.api.schedule.v1.Schedule;
import io.temporal.api.schedule.v1.ScheduleAction;
import io.temporal.api.schedule.v1.SchedulePolicies;
import io.temporal.api.schedule.v1.ScheduleSpec;
import io.temporal.api.sdk.v1.UserMetadata;
import io.temporal.api.taskqueue.v1.TaskQueue;
import io.temporal.api.workflow.v1.NewWorkflowExecutionInfo;
import io.temporal.api.workflowservice.v1.CreateScheduleRequest;
import io.temporal.client.WorkflowClient;
import io.temporal.client.schedules.ScheduleActionResult;
import io.temporal.client.schedules.ScheduleClient;
import io.temporal.client.schedules.ScheduleClientOptions;
import io.temporal.client.schedules.ScheduleException;
import io.temporal.client.schedules.ScheduleHandle;
import io.temporal.client.schedules.ScheduleListDescription;
import io.temporal.common.converter.DataConverter;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Schedules on a server, each of which starts one request again and again. All runs of a schedule
 * have one id, {@code scheduled-NAME}, which no plan's own run has; the report under it is that of
 * the latest.
 */
final class Schedules {
  private static final String CRON = "cron";
  private static final String WORKFLOW = "workflow";

  private final WorkflowClient client;
  private final DataConverter converter;
  private final ScheduleClient schedules;

  /**
   * One schedule.
   *
   * @param workflow type of what it starts
   * @param run id of what it starts
   * @param state {@code active} or {@code paused}
   * @param next as is {@code last}, UTC to the second; absent where there is none
   */
  record Line(
      String name,
      String workflow,
      String run,
      String cron,
      String state,
      @Nullable String next,
      @Nullable String last) {}

  Schedules(WorkflowClient client) {
    this.client = client;
    this.converter = client.getOptions().getDataConverter();
    this.schedules =
        ScheduleClient.newInstance(
            client.getWorkflowServiceStubs(),
            ScheduleClientOptions.newBuilder()
                .setNamespace(client.getOptions().getNamespace())
                .setDataConverter(converter)
                .build());
  }

  /** Id of a schedule's runs. */
  static String run(String name) {
    return "scheduled-" + name;
  }

  /**
   * Creates one. A run that would begin while the one before is at work is left out.
   *
   * @param workflow its type
   * @param cron five fields: minute, hour, day of month, month, day of week
   * @param zone of the times, such as {@code Europe/Berlin}
   * @throws InvalidInput if there is one of that name, or the server does not understand the times
   */
  void create(String name, String workflow, JsonNode request, String cron, String zone) {
    NewWorkflowExecutionInfo start =
        NewWorkflowExecutionInfo.newBuilder()
            .setWorkflowId(run(name))
            .setWorkflowType(WorkflowType.newBuilder().setName(workflow))
            .setTaskQueue(TaskQueue.newBuilder().setName(StageOptions.COMPRESS))
            .setInput(converter.toPayloads(request).orElseThrow())
            .setUserMetadata(
                UserMetadata.newBuilder().setSummary(payload("by schedule " + name + ", " + cron)))
            .build();
    CreateScheduleRequest create =
        CreateScheduleRequest.newBuilder()
            .setNamespace(client.getOptions().getNamespace())
            .setScheduleId(name)
            .setIdentity(client.getOptions().getIdentity())
            .setRequestId(UUID.randomUUID().toString())
            .setSchedule(
                Schedule.newBuilder()
                    .setSpec(ScheduleSpec.newBuilder().addCronString(cron).setTimezoneName(zone))
                    .setPolicies(
                        SchedulePolicies.newBuilder()
                            .setOverlapPolicy(ScheduleOverlapPolicy.SCHEDULE_OVERLAP_POLICY_SKIP)
                            .setKeepOriginalWorkflowId(true))
                    .setAction(ScheduleAction.newBuilder().setStartWorkflow(start)))
            .setMemo(
                Memo.newBuilder()
                    .putFields(CRON, payload(cron + " " + zone))
                    .putFields(WORKFLOW, payload(workflow)))
            .build();
    try {
      client.getWorkflowServiceStubs().blockingStub().createSchedule(create);
    } catch (StatusRuntimeException e) {
      throw refusal(name, e);
    }
  }

  /** All that were created so, by name. */
  List<Line> list() {
    try (Stream<ScheduleListDescription> all = schedules.listSchedules()) {
      return all.filter(schedule -> schedule.getMemo(CRON, String.class) != null)
          .map(Schedules::line)
          .sorted(Comparator.comparing(Line::name))
          .toList();
    }
  }

  void pause(String name) {
    ask(name, handle -> handle.pause("paused by `espalier schedule pause`"));
  }

  void resume(String name) {
    ask(name, handle -> handle.unpause("resumed by `espalier schedule resume`"));
  }

  /** Starts it now, beside its times. */
  void trigger(String name) {
    ask(name, ScheduleHandle::trigger);
  }

  /** A run at work goes on. */
  void delete(String name) {
    ask(name, ScheduleHandle::delete);
  }

  private void ask(String name, Consumer<ScheduleHandle> request) {
    try {
      request.accept(schedules.getHandle(name));
    } catch (ScheduleException e) {
      if (e.getCause() instanceof StatusRuntimeException status) throw refusal(name, status);
      throw e;
    }
  }

  private static RuntimeException refusal(String name, StatusRuntimeException refused) {
    Status.Code code = refused.getStatus().getCode();
    String said = String.valueOf(refused.getStatus().getDescription());
    return switch (code) {
      case ALREADY_EXISTS ->
          new InvalidInput("there is a schedule '" + name + "' already; delete it first", refused);
      case NOT_FOUND ->
          new InvalidInput(
              "the server knows no schedule '" + name + "'; `espalier schedule list` tells which",
              refused);
      case INVALID_ARGUMENT -> new InvalidInput("schedule '" + name + "': " + said, refused);
      default -> refused;
    };
  }

  private Payload payload(String text) {
    return converter.toPayload(text).orElseThrow();
  }

  private static Line line(ScheduleListDescription schedule) {
    List<Instant> next = schedule.getInfo().getNextActionTimes();
    List<ScheduleActionResult> past = schedule.getInfo().getRecentActions();
    boolean paused = schedule.getSchedule().getState().isPaused();
    return new Line(
        schedule.getScheduleId(),
        String.valueOf(schedule.getMemo(WORKFLOW, String.class)),
        run(schedule.getScheduleId()),
        String.valueOf(schedule.getMemo(CRON, String.class)),
        paused ? "paused" : "active",
        next.isEmpty() || paused ? null : text(next.get(0)),
        past.isEmpty() ? null : text(past.get(past.size() - 1).getStartedAt()));
  }

  private static String text(Instant time) {
    return time.truncatedTo(ChronoUnit.SECONDS).toString();
  }
}

package dev.espalier.workers.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.InvalidInput;
import dev.espalier.workflows.StageOptions;
import io.grpc.StatusRuntimeException;
import io.temporal.api.enums.v1.ScheduleOverlapPolicy;
import io.temporal.client.WorkflowClient;
import io.temporal.client.schedules.Schedule;
import io.temporal.client.schedules.ScheduleActionExecution;
import io.temporal.client.schedules.ScheduleActionExecutionStartWorkflow;
import io.temporal.client.schedules.ScheduleActionResult;
import io.temporal.client.schedules.ScheduleActionStartWorkflow;
import io.temporal.client.schedules.ScheduleAlreadyRunningException;
import io.temporal.client.schedules.ScheduleClient;
import io.temporal.client.schedules.ScheduleClientOptions;
import io.temporal.client.schedules.ScheduleException;
import io.temporal.client.schedules.ScheduleHandle;
import io.temporal.client.schedules.ScheduleListDescription;
import io.temporal.client.schedules.ScheduleOptions;
import io.temporal.client.schedules.SchedulePolicy;
import io.temporal.client.schedules.ScheduleSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Schedules on a server, each of which starts one request again and again. Each run has an id of
 * its own, {@code scheduled-NAME} and behind it the time that Temporal appends.
 */
final class Schedules {
  private static final String CRON = "cron";
  private static final String WORKFLOW = "workflow";

  /** The server's default is a year: a machine that was off at night would begin at breakfast. */
  private static final Duration CATCH_UP = Duration.ofHours(1);

  private final ScheduleClient schedules;

  /**
   * One schedule.
   *
   * @param workflow type of what it starts
   * @param cron the times it was created with, and their zone
   * @param state {@code active} or {@code paused}
   * @param next UTC to the second; absent where there is none
   * @param run id of the latest run; absent before the first
   */
  record Line(
      String name,
      String workflow,
      String cron,
      String state,
      @Nullable String next,
      @Nullable String run) {}

  Schedules(WorkflowClient client) {
    this.schedules =
        ScheduleClient.newInstance(
            client.getWorkflowServiceStubs(),
            ScheduleClientOptions.newBuilder()
                .setNamespace(client.getOptions().getNamespace())
                .setIdentity(client.getOptions().getIdentity())
                .setDataConverter(client.getOptions().getDataConverter())
                .build());
  }

  /** What the ids of a schedule's runs begin with. */
  static String runs(String name) {
    return "scheduled-" + name;
  }

  /**
   * Creates one. A run that would begin while the one before is at work is left out.
   *
   * @param workflow its type
   * @param cron five fields: minute, hour, day of month, month, day of week; a time that passes
   *     while the server is away is made up for within {@link #CATCH_UP}
   * @param zone of the times, such as {@code Europe/Berlin}
   * @throws InvalidInput if there is one of that name, or the server does not understand the times
   */
  void create(String name, String workflow, JsonNode request, String cron, String zone) {
    String times = cron + " " + zone;
    Schedule schedule =
        Schedule.newBuilder()
            .setSpec(
                ScheduleSpec.newBuilder()
                    .setCronExpressions(List.of(cron))
                    .setTimeZoneName(zone)
                    .build())
            .setPolicy(
                SchedulePolicy.newBuilder()
                    .setOverlap(ScheduleOverlapPolicy.SCHEDULE_OVERLAP_POLICY_SKIP)
                    .setCatchupWindow(CATCH_UP)
                    .build())
            .setAction(
                ScheduleActionStartWorkflow.newBuilder()
                    .setWorkflowType(workflow)
                    .setOptions(
                        StageOptions.run(runs(name), "by schedule " + name + ", " + times, request))
                    .setArguments(request)
                    .build())
            .build();
    Map<String, Object> memo = Map.of(CRON, times, WORKFLOW, workflow);
    try {
      schedules.createSchedule(name, schedule, ScheduleOptions.newBuilder().setMemo(memo).build());
    } catch (ScheduleAlreadyRunningException e) {
      throw new InvalidInput("there is a schedule '" + name + "' already; delete it first", e);
    } catch (ScheduleException e) {
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

  /**
   * Starts it now, beside its times.
   *
   * @throws InvalidInput if a run of it is at work: the server would leave this one out
   */
  void trigger(String name) {
    ask(
        name,
        handle -> {
          for (ScheduleActionExecution running : handle.describe().getInfo().getRunningActions()) {
            throw new InvalidInput(
                "schedule '"
                    + name
                    + "' has "
                    + (running instanceof ScheduleActionExecutionStartWorkflow started
                        ? "run " + started.getWorkflowId()
                        : "a run")
                    + " at work, beside which none is begun");
          }
          handle.trigger();
        });
  }

  /** A run at work goes on. */
  void delete(String name) {
    ask(name, ScheduleHandle::delete);
  }

  private void ask(String name, Consumer<ScheduleHandle> request) {
    try {
      request.accept(schedules.getHandle(name));
    } catch (ScheduleException e) {
      throw refusal(name, e);
    }
  }

  private static RuntimeException refusal(String name, ScheduleException e) {
    if (!(e.getCause() instanceof StatusRuntimeException refused)) return e;
    return switch (refused.getStatus().getCode()) {
      case NOT_FOUND ->
          new InvalidInput(
              "the server knows no schedule '" + name + "'; `espalier schedule list` tells which",
              refused);
      case INVALID_ARGUMENT ->
          new InvalidInput(
              "schedule '" + name + "': " + refused.getStatus().getDescription(), refused);
      default -> refused;
    };
  }

  private static Line line(ScheduleListDescription schedule) {
    List<Instant> next = schedule.getInfo().getNextActionTimes();
    boolean paused = schedule.getSchedule().getState().isPaused();
    return new Line(
        schedule.getScheduleId(),
        String.valueOf(schedule.getMemo(WORKFLOW, String.class)),
        String.valueOf(schedule.getMemo(CRON, String.class)),
        paused ? "paused" : "active",
        next.isEmpty() || paused ? null : next.get(0).truncatedTo(ChronoUnit.SECONDS).toString(),
        latest(schedule.getInfo().getRecentActions()));
  }

  /** Of the actions, the oldest of which comes first. */
  private static @Nullable String latest(List<ScheduleActionResult> past) {
    if (past.isEmpty()) return null;
    return past.get(past.size() - 1).getAction()
            instanceof ScheduleActionExecutionStartWorkflow started
        ? started.getWorkflowId()
        : null;
  }
}

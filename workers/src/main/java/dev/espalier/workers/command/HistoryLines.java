package dev.espalier.workers.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
import io.temporal.api.common.v1.Payloads;
import io.temporal.api.failure.v1.Failure;
import io.temporal.api.history.v1.ActivityTaskStartedEventAttributes;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.api.history.v1.WorkflowExecutionUpdateCompletedEventAttributes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * A history's events as lines: what was asked, which stages and arms began and how they ended.
 * Events are handed over in their order.
 */
final class HistoryLines {
  private final Function<JsonNode, List<LogLine>> curve;

  /** What the activities, children and updates begun so far are called. */
  private final Map<String, String> names = new HashMap<>();

  /** Ids of the activities, by the numbers of the events that scheduled them. */
  private final Map<Long, String> activities = new HashMap<>();

  private final Set<String> attempts = new HashSet<>();
  private boolean failed;

  /**
   * @param curve lines to put before the end of the stage that came to a result
   */
  HistoryLines(Function<JsonNode, List<LogLine>> curve) {
    this.curve = curve;
  }

  /** Whether the run came to an end that is not its result. */
  boolean failed() {
    return failed;
  }

  /** The event's lines; none for what only Temporal is concerned with. */
  List<LogLine> of(HistoryEvent event) {
    return switch (event.getEventType()) {
      case EVENT_TYPE_WORKFLOW_EXECUTION_STARTED -> line(event, "run begun");
      case EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED -> line(event, "run completed");
      case EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW -> List.of();
      case EVENT_TYPE_WORKFLOW_EXECUTION_FAILED ->
          end(
              event,
              "run failed: "
                  + FailureWords.of(
                      event.getWorkflowExecutionFailedEventAttributes().getFailure()));
      case EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED -> end(event, "run cancelled");
      case EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED -> end(event, "run terminated");
      case EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT -> end(event, "run timed out");
      case EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED -> line(event, "cancellation asked for");
      case EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED ->
          line(
              event,
              "told to " + event.getWorkflowExecutionSignaledEventAttributes().getSignalName());
      case EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED -> asked(event);
      case EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED -> answered(event);
      case EVENT_TYPE_ACTIVITY_TASK_SCHEDULED -> begun(event);
      case EVENT_TYPE_ACTIVITY_TASK_STARTED -> attempts(event);
      case EVENT_TYPE_ACTIVITY_TASK_COMPLETED -> done(event);
      case EVENT_TYPE_ACTIVITY_TASK_FAILED ->
          lost(
              event,
              event.getActivityTaskFailedEventAttributes().getScheduledEventId(),
              event.getActivityTaskFailedEventAttributes().getFailure());
      case EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT ->
          lost(
              event,
              event.getActivityTaskTimedOutEventAttributes().getScheduledEventId(),
              event.getActivityTaskTimedOutEventAttributes().getFailure());
      case EVENT_TYPE_ACTIVITY_TASK_CANCELED ->
          line(
              event,
              activity(event.getActivityTaskCanceledEventAttributes().getScheduledEventId())
                  + ": stopped, its state is saved");
      default -> ofArm(event);
    };
  }

  private List<LogLine> ofArm(HistoryEvent event) {
    return switch (event.getEventType()) {
      case EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED -> {
        String id = event.getStartChildWorkflowExecutionInitiatedEventAttributes().getWorkflowId();
        String label = summary(event);
        names.put(id, label.isEmpty() ? id : label + " (" + id + ")");
        yield List.of();
      }
      case EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_STARTED ->
          line(
              event,
              arm(
                      event
                          .getChildWorkflowExecutionStartedEventAttributes()
                          .getWorkflowExecution()
                          .getWorkflowId())
                  + ": begun");
      case EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_FAILED ->
          line(
              event,
              arm(event.getStartChildWorkflowExecutionFailedEventAttributes().getWorkflowId())
                  + ": the same run is under way elsewhere");
      case EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_COMPLETED -> armDone(event);
      case EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_FAILED ->
          line(
              event,
              arm(
                      event
                          .getChildWorkflowExecutionFailedEventAttributes()
                          .getWorkflowExecution()
                          .getWorkflowId())
                  + ": failed: "
                  + FailureWords.of(
                      event.getChildWorkflowExecutionFailedEventAttributes().getFailure()));
      case EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_CANCELED ->
          line(
              event,
              arm(
                      event
                          .getChildWorkflowExecutionCanceledEventAttributes()
                          .getWorkflowExecution()
                          .getWorkflowId())
                  + ": cancelled");
      default -> List.of();
    };
  }

  private List<LogLine> armDone(HistoryEvent event) {
    var done = event.getChildWorkflowExecutionCompletedEventAttributes();
    String words = ResultWords.of(result(done.getResult()).path("finetuned"));
    return line(event, end(arm(done.getWorkflowExecution().getWorkflowId()) + ": done", words));
  }

  private List<LogLine> asked(HistoryEvent event) {
    var accepted = event.getWorkflowExecutionUpdateAcceptedEventAttributes();
    String name = accepted.getAcceptedRequest().getInput().getName();
    names.put(update(accepted.getProtocolInstanceId()), name);
    return line(event, name + " asked for");
  }

  private List<LogLine> answered(HistoryEvent event) {
    WorkflowExecutionUpdateCompletedEventAttributes completed =
        event.getWorkflowExecutionUpdateCompletedEventAttributes();
    String name = names.getOrDefault(update(completed.getMeta().getUpdateId()), "request");
    if (completed.getOutcome().hasFailure()) {
      return line(event, name + ": " + FailureWords.of(completed.getOutcome().getFailure()));
    }
    JsonNode answer = result(completed.getOutcome().getSuccess());
    return answer.isTextual() ? line(event, name + ": " + answer.textValue()) : List.of();
  }

  private List<LogLine> begun(HistoryEvent event) {
    String type =
        event
            .getActivityTaskScheduledEventAttributes()
            .getActivityType()
            .getName()
            .toLowerCase(Locale.ROOT);
    String summary = summary(event);
    String words = summary.isEmpty() ? type : summary;
    String id = event.getActivityTaskScheduledEventAttributes().getActivityId();
    activities.put(event.getEventId(), id);
    names.put(activityKey(id), words.split(" · ")[0]);
    return line(event, words);
  }

  /** An activity is noted as started when it has ended, with the number of its last attempt. */
  private List<LogLine> attempts(HistoryEvent event) {
    ActivityTaskStartedEventAttributes started = event.getActivityTaskStartedEventAttributes();
    String id = activities.getOrDefault(started.getScheduledEventId(), "");
    if (started.getAttempt() < 2 || !isNew(id, started.getAttempt())) return List.of();
    String why =
        started.hasLastFailure() ? FailureWords.of(started.getLastFailure()) : "it was lost";
    return line(event, attempt(activity(started.getScheduledEventId()), started.getAttempt(), why));
  }

  /** Whether this attempt of an activity was not asked about before. */
  boolean isNew(String activity, int attempt) {
    return attempts.add(activity + " " + attempt);
  }

  /** What the activity of that id is called, if it is known. */
  Optional<String> stage(String activity) {
    return Optional.ofNullable(names.get(activityKey(activity)));
  }

  /** How an attempt after the first is told. */
  static String attempt(String stage, int attempt, String why) {
    return stage + ": attempt " + attempt + "; the one before ended: " + why;
  }

  private List<LogLine> done(HistoryEvent event) {
    var completed = event.getActivityTaskCompletedEventAttributes();
    JsonNode result = result(completed.getResult());
    List<LogLine> lines = new ArrayList<>(curve.apply(result));
    String stage = activity(completed.getScheduledEventId());
    lines.addAll(line(event, end(stage + ": done", ResultWords.of(result))));
    return lines;
  }

  private List<LogLine> lost(HistoryEvent event, long scheduled, Failure failure) {
    return line(event, activity(scheduled) + ": failed: " + FailureWords.of(failure));
  }

  private List<LogLine> end(HistoryEvent event, String text) {
    failed = true;
    return line(event, text);
  }

  private static String end(String text, String words) {
    return words.isEmpty() ? text : text + " (" + words + ")";
  }

  private String activity(long scheduled) {
    return stage(activities.getOrDefault(scheduled, "")).orElse("stage");
  }

  private String arm(String id) {
    return names.getOrDefault(id, id);
  }

  private static String activityKey(String id) {
    return "activity " + id;
  }

  private static String update(String id) {
    return "update " + id;
  }

  private static List<LogLine> line(HistoryEvent event, String text) {
    Instant at =
        Instant.ofEpochSecond(event.getEventTime().getSeconds(), event.getEventTime().getNanos());
    return List.of(LogLine.at(at, text));
  }

  private static String summary(HistoryEvent event) {
    if (!event.hasUserMetadata() || !event.getUserMetadata().hasSummary()) return "";
    return json(event.getUserMetadata().getSummary().getData().toStringUtf8()).asText();
  }

  private static JsonNode result(Payloads payloads) {
    return payloads.getPayloadsCount() == 0
        ? Json.MAPPER.missingNode()
        : json(payloads.getPayloads(0).getData().toStringUtf8());
  }

  private static JsonNode json(String text) {
    try {
      return text.isEmpty() ? Json.MAPPER.missingNode() : Json.parse(text, "history");
    } catch (InvalidInput e) {
      return Json.MAPPER.missingNode();
    }
  }
}
